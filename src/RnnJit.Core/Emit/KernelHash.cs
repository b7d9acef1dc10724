using System.ComponentModel;

namespace RnnJit.Emit;

/// <summary>The number by which generated code finds a kernel: FNV-1a of 64 bits over the characters of its canonical text.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KernelHash
{
    public static ulong Of(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char c in text)
            hash = (hash ^ c) * 0x100000001B3;
        return hash;
    }
}
