using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Soaking;

namespace RnnJit.Cli.Tests.Soaking;

/// <summary>A short soak, and leaks that it finds. Not beside other tests: memory is the process's.</summary>
[NonParallelizable]
public class SoakTests
{
    private const int WarmUp = 10, Rounds = 12;

    // Without the work that parses: live bytes grow until the compiler's cache of syntax nodes is full, after tens of thousands of parses.
    // Three turns: a leak grows in each of them, a cache that other tests of the process have left half full does not.
    [Test]
    public void Live_bytes_do_not_grow()
    {
        using var work = new SoakWork();
        SoakResult result = Run();
        for (int turn = 1; turn < 3 && (result.ManagedGrows || result.NativeGrows); turn++)
            result = Run();
        Assert.That((result.ManagedGrows, result.NativeGrows), Is.EqualTo((false, false)), () => string.Join('\n', result.Samples));
        Assert.That(result.Samples, Has.Count.EqualTo(Rounds));

        SoakResult Run() =>
            new Soak([.. work.All.Where(one => one.Name != SoakWork.CompileName)], TextWriter.Null, default).Run(WarmUp, Rounds);
    }

    // 4 MB a round: what other tests of the process leave to the collector, some MB, is less than a few rounds of it.
    [Test]
    public void A_leak_of_managed_memory_is_found()
    {
        var kept = new List<byte[]>();
        SoakResult result = new Soak([("leak", _ => kept.Add(new byte[4_000_000]))], TextWriter.Null, default).Run(WarmUp, Rounds);
        Assert.That((result.ManagedGrows, result.Passes), Is.EqualTo((true, false)));
        GC.KeepAlive(kept);
    }

    [Test]
    public void A_leak_of_native_memory_is_found()
    {
        var kept = new List<IDisposable>();
        var request = new LayerRequest(BenchCells.Find("lstm")) { Steps = 2, Batch = 2, Hidden = 8, Threads = 1 };
        SoakResult result = new Soak([("leak", _ => kept.Add(LayerBuilder.Bind(request)))], TextWriter.Null, default).Run(WarmUp, Rounds);
        Assert.That((result.NativeGrows, result.Passes), Is.EqualTo((true, false)));
        kept.ForEach(executable => executable.Dispose());
    }

    [Test]
    public void A_cell_of_a_file_and_all_that_is_made_of_it_are_collected()
    {
        using var example = new ExampleCell();
        var kept = new List<object>();
        WeakReference[] free = [.. Enumerable.Range(0, 6).SelectMany(round => Compiled(example.Path, round, null))],
            held = Compiled(example.Path, 0, kept);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
            GC.WaitForPendingFinalizers();
        }

        Assert.That((free.Count(one => one.IsAlive), held.Count(one => one.IsAlive)), Is.EqualTo((0, held.Length)));
        GC.KeepAlive(kept);
    }

    // Not inlined, so that no local of the caller holds them.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference[] Compiled(string path, int round, List<object>? kept)
    {
        var cell = RnnJit.Jit.CellFile.Load(path);
        BoundLayer layer =
            LayerBuilder.Run(new LayerRequest(cell) { Training = round % 2 == 0, Steps = 4, Batch = 2, Hidden = 8, Threads = 1 });
        using var executable = layer.ToExecutable();
        executable.Run();
        object[] made = [cell, layer.Program, executable.Program, executable];
        kept?.AddRange(made);
        return [.. made.Select(one => new WeakReference(one))];
    }

    // 3, 5, 7 with residuals 0.5, −1, 0.5 by hand: slope 2, its standard error √(1.5 / 1 / 2), t with one degree of freedom 6.3138.
    [Test]
    public void A_slope_has_an_upper_bound()
    {
        Slope slope = Slope.Of([(0, 3.5), (1, 4), (2, 7.5)]);
        Assert.That((slope.Value, slope.Upper), Is.EqualTo((2.0, 2 + (6.313751515 * Math.Sqrt(0.75))))
            .Using<(double A, double B)>((a, b) => Math.Abs(a.A - b.A) < 1e-9 && Math.Abs(a.B - b.B) < 1e-8));
    }

    [TestCase(2, 2.919986)]
    [TestCase(5, 2.015048)]
    [TestCase(10, 1.812461)]
    [TestCase(100, 1.660234)]
    public void Quantiles_are_those_of_the_tables(int freedom, double quantile) =>
        Assert.That(Slope.Student95(freedom), Is.EqualTo(quantile).Within(2e-3));

    [Test]
    public void A_steady_growth_of_resident_memory_fails()
    {
        static SoakResult Growing(double megabytesPerHour) => new(1, [.. Enumerable.Range(0, 100)
            .Select(i => new MemorySample(i / 200.0, 1000, 1000, (long)(1e8 + (megabytesPerHour * 1e6 * i / 200.0) + (i % 7 * 1e4))))]);
        Assert.That((Growing(0).Passes, Growing(20).Passes), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_cache_that_fills_once_is_no_growth() =>
        Assert.That(
            new SoakResult(1, [.. Enumerable.Range(0, 90).Select(i => new MemorySample(i, i < 50 ? 1000 : 2000, 0, 0))]).ManagedGrows,
            Is.False);

    [TestCase(0, false)]
    [TestCase(1000, true)]
    public void Growth_is_found_in_spite_of_noise(int bytesPerSample, bool grows) =>
        Assert.That(new SoakResult(1,
            [.. Enumerable.Range(0, 90).Select(i => new MemorySample(i, (i * bytesPerSample) + (i % 7 * 3000), 0, 0))]).ManagedGrows,
            Is.EqualTo(grows));

    [Test]
    public void An_unknown_work_is_refused() => Commands.BadInputTests.Refused(CommandRun.Of("soak", "--only", "nothing"),
        "--only is 'nothing', which no work holds (known: train and resume, open and close, stream, compile cells, load damaged files)");

    [Test]
    public void Minutes_are_positive() => Commands.BadInputTests.Refused(CommandRun.Of("soak", "--minutes", "0"),
        "--minutes is 0, wanted more than 0 and at most 100000 (change it)");
}
