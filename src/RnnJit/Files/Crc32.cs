namespace RnnJit.Files;

/// <summary>The checksum of zip archives: the remainder by the reflected polynomial EDB88320 (ISO 3309).</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Rest((uint)i))];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint rest = uint.MaxValue;
        foreach (byte b in bytes)
            rest = Table[(byte)(rest ^ b)] ^ (rest >> 8);
        return ~rest;
    }

    private static uint Rest(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
        return value;
    }
}
