using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace RnnJit.Cpu;

/// <summary>Sizes in bytes of the data caches: L1 and L2 per core, L3 shared by all cores. A size that the system does not report has a
/// default for the architecture.</summary>
internal sealed record CacheSizes(long L1, long L2, long L3)
{
    private const string Folder = "/sys/devices/system/cpu/cpu0/cache";

    public static CacheSizes Usual { get; } = new(32 << 10, 512 << 10, 16 << 20);

    /// <summary>As the processor says, or else the system. A test may set others: results do not depend on them.</summary>
    public static CacheSizes OfThisMachine { get; set; } =
        X86Base.IsSupported && OfProcessor(X86Base.CpuId) is { } said ? said : Find(Folder);

    /// <summary>
    /// The sizes that the instruction CPUID reports; null if the processor has neither leaf. Leaf 4 at Intel, 8000001Dh at AMD: AMD64
    /// Architecture Programmer's Manual 3, appendix E.4.15.
    /// </summary>
    /// <param name="cpuId">Leaf and subleaf ⇒ the registers EAX, EBX, ECX, EDX.</param>
    internal static CacheSizes? OfProcessor(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        const int Intel = 4, Extended = unchecked((int)0x80000000), Amd = unchecked((int)0x8000001D), AmdHasTopology = 1 << 22;
        int leaf = (uint)cpuId(Extended, 0).Eax >= unchecked((uint)Amd) && (cpuId(Extended + 1, 0).Ecx & AmdHasTopology) != 0 ? Amd : Intel;
        if (leaf == Intel && cpuId(0, 0).Eax < Intel)
            return null;

        CacheSizes found = Usual;
        bool any = false;
        for (int index = 0; index < 8; index++)
        {
            var (eax, ebx, ecx, _) = cpuId(leaf, index);
            const int Data = 1, Unified = 3;
            if ((eax & 31) is not (Data or Unified))
                continue;

            // Ways, partitions, bytes of a line, sets: each less one.
            long bytes = ((uint)ebx >> 22) + 1L;
            bytes *= (((uint)ebx >> 12) & 0x3FF) + 1L;
            bytes *= ((uint)ebx & 0xFFF) + 1L;
            bytes *= (uint)ecx + 1L;
            found = found.With((eax >> 5) & 7, bytes);
            any = true;
        }

        return any ? found : null;
    }

    /// <param name="folder">A folder as Linux keeps it for each processor: index0, index1, … with files level, type, size.</param>
    internal static CacheSizes Find(string folder)
    {
        CacheSizes found = Usual;
        if (!Directory.Exists(folder))
            return found;

        try
        {
            foreach (string index in Directory.GetDirectories(folder, "index*"))
            {
                if (Text(index, "type") is not ("Data" or "Unified") || Bytes(Text(index, "size")) is not (> 0 and var bytes))
                    continue;
                found = found.With(
                    int.TryParse(Text(index, "level"), NumberStyles.None, CultureInfo.InvariantCulture, out int level) ? level : 0, bytes);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system's description is not readable; sizes found before the failure are kept.
        }

        return found;
    }

    private CacheSizes With(int level, long bytes) => level switch
    {
        1 => this with { L1 = bytes },
        2 => this with { L2 = bytes },
        3 => this with { L3 = bytes },
        _ => this,
    };

    private static string Text(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }

    // 32K, 16384K, 1M
    private static long Bytes(string text)
    {
        int shift = text.EndsWith('K') ? 10 : text.EndsWith('M') ? 20 : 0;
        return long.TryParse(text.TrimEnd('K', 'M'), NumberStyles.None, CultureInfo.InvariantCulture,
            out long number) ? number << shift : 0;
    }
}
