using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RnnJit.Cpu;
using RnnJit.Networks;

namespace RnnJit.Tests.Training;

/// <summary>Digests of parameters. They belong to a width of vectors and to libc's pow, log and cos.</summary>
internal static class TrainingDigest
{
    /// <summary>Width of vectors and libc's functions.</summary>
    public static string Machine => string.Create(CultureInfo.InvariantCulture, $"{CpuWidth.Width} {Libc()}");

    /// <summary>The folder of these tests in the source.</summary>
    public static string Folder
    {
        get
        {
            string? folder = TestContext.CurrentContext.TestDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "RnnJit.sln")))
                folder = Path.GetDirectoryName(folder);
            return Path.Combine(folder!, "tests", "RnnJit.Tests", "Training");
        }
    }

    /// <summary>Of all bits of all parameters.</summary>
    public static string Of(Model model) =>
        Hash(string.Join('\n', model.Parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
            .Select(parameter => parameter.Key + Bits(parameter.Value.ToNdArray().Data))));

    private static string Libc() =>
        Hash(Bits([.. Enumerable.Range(1, 200).SelectMany(i => (double[])[Math.Pow(0.999, i), Math.Log(i / 7.0), Math.Cos(i / 3.0)])]));

    private static string Bits(double[] numbers) =>
        string.Join(' ', numbers.Select(number => BitConverter.DoubleToInt64Bits(number).ToString("x", CultureInfo.InvariantCulture)));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
