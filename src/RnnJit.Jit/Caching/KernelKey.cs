using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit.Caching;

/// <summary>SHA-256 of all that decides what a kernel is compiled to: its canonical text, the dialect, emitter and compiler,
/// the runtime and its vectors.</summary>
internal readonly record struct KernelKey
{
    private static readonly string Maker = string.Join('\n',
        typeof(Graph).Module.ModuleVersionId,
        typeof(IKernel).Module.ModuleVersionId,
        typeof(KernelKey).Module.ModuleVersionId,
        typeof(object).Module.ModuleVersionId,
        Environment.Version,
        RuntimeInformation.ProcessArchitecture,
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);

    private readonly string digits;

    public KernelKey(string dialect, string text) =>
        digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Maker}\n{dialect}\n{text}")));

    public byte[] Bytes => Convert.FromHexString(digits);

    public override string ToString() => digits;

    /// <summary>True where a file name begins with the 64 digits of a key, followed by this extension.</summary>
    public static bool IsStartOf(string name, string extension) =>
        name.Length >= 64 + extension.Length && name[..64].All(char.IsAsciiHexDigitLower)
            && name[64..].StartsWith(extension, StringComparison.Ordinal);
}
