using System.Runtime.Intrinsics.X86;
using RnnJit.Cpu;

namespace RnnJit.Tests.Cpu;

public class CacheSizesTests
{
    [Test]
    public void Caches_are_read_as_Linux_tells_them()
    {
        string folder = Directory.CreateTempSubdirectory("caches").FullName;
        try
        {
            foreach (var (index, level, type, size) in ((int, string, string, string)[])[(0, "1", "Data", "48K"),
                (1, "1", "Instruction", "32K"), (2, "2", "Unified", "1M"), (3, "3", "Unified", "what")])
            {
                string at = Directory.CreateDirectory(Path.Combine(folder, $"index{index}")).FullName;
                File.WriteAllText(Path.Combine(at, "level"), level + "\n");
                File.WriteAllText(Path.Combine(at, "type"), type + "\n");
                File.WriteAllText(Path.Combine(at, "size"), size + "\n");
            }

            Assert.That(CacheSizes.Find(folder), Is.EqualTo(new CacheSizes(48 << 10, 1 << 20, CacheSizes.Usual.L3)));
            Assert.That(CacheSizes.Find(Path.Combine(folder, "none")), Is.EqualTo(CacheSizes.Usual));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private const int Extended = unchecked((int)0x80000000), Amd = unchecked((int)0x8000001D);

    // Kind · level, ways, bytes of a line, sets.
    private static (int, int, int, int) Cache(int kind, int level, int ways, int line, int sets) =>
        (kind | (level << 5), ((ways - 1) << 22) | (line - 1), sets - 1, 0);

    [Test]
    public void Caches_are_read_as_an_AMD_processor_tells_them()
    {
        CacheSizes? found = CacheSizes.OfProcessor((leaf, index) => (leaf, index) switch
        {
            (Extended, _) => (Amd + 4, 0, 0, 0),
            (Extended + 1, _) => (0, 0, 1 << 22, 0),
            (Amd, 0) => Cache(1, 1, 12, 64, 64),
            (Amd, 1) => Cache(2, 1, 8, 64, 64),
            (Amd, 2) => Cache(3, 2, 16, 64, 1024),
            (Amd, 3) => Cache(3, 3, 16, 64, 32768),
            _ => default,
        });
        Assert.That(found, Is.EqualTo(new CacheSizes(48 << 10, 1 << 20, 32 << 20)));
    }

    [Test]
    public void Caches_are_read_as_an_Intel_processor_tells_them()
    {
        CacheSizes? found = CacheSizes.OfProcessor((leaf, index) => (leaf, index) switch
        {
            (0, _) => (0x1F, 0, 0, 0),
            (Extended, _) => (Extended + 8, 0, 0, 0),
            (4, 0) => Cache(1, 1, 12, 64, 64),
            (4, 1) => Cache(2, 1, 8, 64, 64),
            (4, 2) => Cache(3, 2, 16, 64, 2048),
            _ => default,
        });
        Assert.That(found, Is.EqualTo(new CacheSizes(48 << 10, 2 << 20, CacheSizes.Usual.L3)));
    }

    [Test]
    public void A_processor_that_says_nothing_is_not_asked_further() =>
        Assert.That(CacheSizes.OfProcessor((leaf, _) => leaf == 0 ? (1, 0, 0, 0) : default), Is.Null);

    [Test]
    public void The_processor_of_this_machine_says_what_the_system_says()
    {
        if (!X86Base.IsSupported || !File.Exists("/sys/devices/system/cpu/cpu0/cache/index0/size"))
            Assert.Ignore("There is nothing to compare: this needs an x86 processor and the files of Linux.");
        CacheSizes system = CacheSizes.Find("/sys/devices/system/cpu/cpu0/cache");
        CacheSizes? processor = CacheSizes.OfProcessor(X86Base.CpuId);
        Assert.That(processor is null ? system : processor with { L3 = system.L3 }, Is.EqualTo(system));
    }

    [Test]
    public void Caches_of_this_machine_grow_from_level_to_level() =>
        Assert.That(CacheSizes.OfThisMachine, Is.Not.Null.And.Matches<CacheSizes>(sizes => sizes!.L1 is > 1 << 12 && sizes.L1 < sizes.L2));
}
