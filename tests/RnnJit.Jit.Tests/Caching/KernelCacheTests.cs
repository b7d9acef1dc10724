using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Caching;

/// <summary>Programs with a kernel cache give the same bits, whichever process compiled the kernels.</summary>
public class KernelCacheTests
{
    private static readonly CellProgram Cell = new(CellTracer.Trace(typeof(Lstm)));
    private static readonly Graph Program = Cell.Build();
    private static readonly Dictionary<string, int> Sizes = Cell.Sizes(steps: 4, batch: 3);
    private static readonly Dictionary<string, NdArray> Inputs = CellProgram.Draw(Program, Sizes);
    private static readonly Lazy<Dictionary<string, NdArray>> Wanted = new(() => Run(null));

    [Test]
    public void A_second_process_finds_what_the_first_compiled()
    {
        using var folder = new CacheFolder();
        KernelCache first = folder.Cache(), second = folder.Cache();
        Bits.AssertEqual(Run(first), Wanted.Value, "compiled into the cache");
        Bits.AssertEqual(Run(second), Wanted.Value, "from the cache");
        Assert.That(first.Hits, Is.Zero);
        Assert.That(second.Hits, Is.EqualTo(first.Files).And.GreaterThan(1));
        Assert.That(second.Bytes, Is.GreaterThan(1000 * second.Files));
        Assert.That(folder.Sentences, Is.Empty);
    }

    [Test]
    public void A_damaged_kernel_is_compiled_anew_and_mended()
    {
        using var folder = new CacheFolder();
        Run(folder.Cache());
        string damaged = folder.Files[0];
        byte[] whole = File.ReadAllBytes(damaged), altered = [.. whole];
        altered[^1] ^= 1;
        File.WriteAllBytes(damaged, altered);

        KernelCache cache = folder.Cache();
        Bits.AssertEqual(Run(cache), Wanted.Value, "one damaged");
        Assert.That(cache.Hits, Is.EqualTo(folder.Files.Length - 1));
        Assert.That(folder.Sentences, Is.EqualTo(
            new[] { $"The compiled kernel '{damaged}' is not loaded: its hash is not that of its content (it is compiled anew)" }));
        Assert.That(File.ReadAllBytes(damaged), Is.EqualTo(whole));
    }

    [Test]
    public void Many_at_once_fill_one_folder()
    {
        using var folder = new CacheFolder();
        KernelCache shared = folder.Cache();
        KernelCache[] caches = [shared, shared, folder.Cache(), folder.Cache()];
        var found = new Dictionary<string, NdArray>[caches.Length];
        Parallel.For(0, caches.Length, i => found[i] = Run(caches[i]));
        foreach (Dictionary<string, NdArray> outputs in found)
            Bits.AssertEqual(outputs, Wanted.Value, "at once");
        Assert.That(folder.Sentences, Is.Empty);
        Assert.That(Directory.GetFiles(folder.Path), Is.EquivalentTo(folder.Files), "nothing but kernels");
    }

    [Test]
    public void Without_a_usable_folder_kernels_are_compiled_as_ever()
    {
        using var folder = new CacheFolder();
        File.WriteAllText(System.IO.Path.Combine(folder.Path, "file"), "");
        KernelCache cache = folder.Cache("file");
        Bits.AssertEqual(Run(cache), Wanted.Value, "no folder");
        Assert.That(folder.Sentences.Single(), Does.StartWith($"The kernel cache '{cache.Folder}' is not used: "));
    }

    [Test]
    public void There_is_none_unless_asked_for() => Assert.That(JitKernelProvider.Simd.Cache, Is.Null);

    private static Dictionary<string, NdArray> Run(KernelCache? cache)
    {
        JitKernelProvider compiler = JitKernelProvider.Fresh();
        compiler.Cache = cache;
        using Executable executable =
            Executable.Create(Program, new ExecutableOptions { Sizes = Sizes, Threads = 1, Kernels = new KernelChain(compiler) });
        return CellProgram.Run(executable, Inputs);
    }
}
