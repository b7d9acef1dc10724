using System.Globalization;

namespace RnnJit.Limits;

/// <summary>Bytes of the caches that hold data: of the first and second level for one core, of the third for all. What the system does not say is taken as usual for its kind.</summary>
internal sealed record CacheSizes(long L1, long L2, long L3)
{
    private const string Folder = "/sys/devices/system/cpu/cpu0/cache";

    public static CacheSizes Usual { get; } = new(32 << 10, 512 << 10, 16 << 20);

    /// <summary>Of this machine.</summary>
    public static CacheSizes Find() => Find(Folder);

    /// <param name="folder">A folder as Linux keeps it for each processor: index0, index1, … with files level, type, size.</param>
    internal static CacheSizes Find(string folder)
    {
        CacheSizes found = Usual;
        if (!Directory.Exists(folder))
            return found;

        foreach (string index in Directory.GetDirectories(folder, "index*"))
        {
            if (Text(index, "type") is not ("Data" or "Unified") || Bytes(Text(index, "size")) is not (> 0 and var bytes))
                continue;
            found = Text(index, "level") switch
            {
                "1" => found with { L1 = bytes },
                "2" => found with { L2 = bytes },
                "3" => found with { L3 = bytes },
                _ => found,
            };
        }

        return found;
    }

    private static string Text(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }

    // 32K, 16384K, 1M
    private static long Bytes(string text)
    {
        int shift = text.EndsWith('K') ? 10 : text.EndsWith('M') ? 20 : 0;
        return long.TryParse(text.TrimEnd('K', 'M'), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number << shift : 0;
    }
}
