using System.Collections.Concurrent;
using System.Globalization;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>
/// Random Programs whose loops, products and views read each other in any way agree with the oracle, on caches so small that small sizes
/// lie beyond each threshold. RNNJIT_SEED=n runs one of them again, RNNJIT_SEED=n-m those from n to m; RNNJIT_LONG=1 runs 200,000.
/// </summary>
[NonParallelizable]
public class RandomGraphTests
{
    private const int Usual = 2000, Long = 200_000;

    // Of the usual ones so many are compiled; the others run the same plan on interpreted kernels.
    private const int Compiled = 100;

    // So many failing Programs of a usual run are made small; the others, and those of a longer run, are listed.
    private const int Shrunk = 12;

    private static readonly CacheSizes Small = new(16 << 10, 256 << 10, 1 << 20);

    private readonly CacheSizes before = CacheSizes.OfThisMachine;

    [OneTimeSetUp]
    public void MakeCachesSmall() => CacheSizes.OfThisMachine = Small;

    [OneTimeTearDown]
    public void RestoreCaches() => CacheSizes.OfThisMachine = before;

    [Test]
    public void Programs_agree_with_the_oracle_and_every_kind_is_met()
    {
        int[] seeds = Seeds();
        TestContext.Out.WriteLine($"Seeds {seeds[0]} to {seeds[^1]} (RNNJIT_SEED=n repeats one)");
        JitKernelProvider.Simd.Prepare(seeds.Where(seed => seed < Compiled).SelectMany(Kernels).Distinct().ToArray());
        var counts = new ConcurrentDictionary<string, int>();
        var failures = new ConcurrentBag<(GraphCase Case, string Failure)>();
        Parallel.ForEach(Partitioner.Create(seeds, loadBalance: true), seed =>
        {
            GraphCase? given = null;
            try
            {
                given = RandomGraphs.Of(seed);
                var trial = new GraphTrial(given, KernelsFor(seed));
                if (trial.Failure() is { } failure)
                    failures.Add((given, failure));
                foreach (string kind in trial.Kinds)
                    counts.AddOrUpdate(kind, 1, (_, count) => count + 1);
            }
            catch (Exception e)
            {
                failures.Add(
                    (given ?? new GraphCase(seed, new Graph("program", "none", [], [], []), new Dictionary<string, int>()), e.ToString()));
            }
        });

        foreach (string kind in GraphKinds.All.Concat(counts.Keys.Except(GraphKinds.All)))
            TestContext.Out.WriteLine($"{counts.GetValueOrDefault(kind),7} {kind}");
        var sorted = failures.OrderBy(failure => failure.Case.Seed).ToArray();
        foreach (var (given, failure) in sorted)
            TestContext.Out.WriteLine($"Failure, seed {given.Seed}: {failure}");
        int most = seeds.Length > Usual ? 0 : Shrunk;
        string[] small = sorted.Take(most).Select(failure => Smallest(failure.Case, failure.Failure)).ToArray();
        Assert.That(sorted.Select(failure => failure.Case.Seed), Is.Empty, string.Join("\n\n", small));
        if (seeds.Length >= Usual)
            Assert.That(GraphKinds.All.Where(kind => !counts.ContainsKey(kind)), Is.Empty, "kinds that no Program is of");
        Assert.That(counts.Keys, Is.SubsetOf(GraphKinds.All));
    }

    // A negative control: lengths that a pass forgets are found, and little of the Program is left.
    [Test]
    public void Forgotten_lengths_are_found_and_the_program_is_made_small()
    {
        bool Fails(GraphCase candidate) =>
            new GraphTrial(candidate, RandomProgramTests.Interpreted, WithoutLengths).Failure() is { } failure
                && failure.Contains("differs", StringComparison.Ordinal);
        GraphCase given = Enumerable.Range(0, 100).Select(RandomGraphs.Of).First(Fails), small = GraphShrink.Run(given, Fails);
        TestContext.Out.WriteLine($"{small}\n{Printer.Print(small.Program)}");
        Assert.That(Fails(small), Is.True);
        Assert.That(new GraphTrial(small, RandomProgramTests.Interpreted).Failure(), Is.Null, "without sabotage");
        Assert.That(small.Program.Nodes.Count, Is.LessThan(given.Program.Nodes.Count).And.LessThan(5));
    }

    private static Graph WithoutLengths(Graph program) =>
        program with
        {
            Nodes = program.Nodes.Select(node => node.Op is ScanOp { HasLengths: true } scan ? node with
            {
                Op = new ScanOp(scan.Body, scan.Time, scan.Reverse, hasLengths: false),
                Operands = node.Operands.Take(node.Operands.Count - 1).ToEquatable()
            } : node).ToEquatable(),
        };

    private static int[] Seeds()
    {
        string[] range = (Environment.GetEnvironmentVariable("RNNJIT_SEED") ?? "").Split('-', StringSplitOptions.RemoveEmptyEntries);
        if (range.Length == 0)
            return Enumerable.Range(0, Environment.GetEnvironmentVariable("RNNJIT_LONG") == "1" ? Long : Usual).ToArray();
        int first = int.Parse(range[0], CultureInfo.InvariantCulture), last = int.Parse(range[^1], CultureInfo.InvariantCulture);
        return first == last ? [first] : Enumerable.Range(first, last - first + 1).ToArray();
    }

    private static KernelChain KernelsFor(int seed) => seed < Compiled ? TestKernels.Chain : RandomProgramTests.Interpreted;

    private static IEnumerable<Graph> Kernels(int seed)
    {
        try
        {
            return KernelList.Of(Pipeline.Run(RandomGraphs.Of(seed).Program));
        }
        catch (Exception)
        {
            // Its trial says what is wrong with it.
            return [];
        }
    }

    private static string Smallest(GraphCase given, string failure)
    {
        GraphCase small = GraphShrink.Run(given,
            candidate => new GraphTrial(candidate, KernelsFor(given.Seed)).Failure() is { } found && Kind(found) == Kind(failure));
        string program = Printer.Print(small.Program);
        string now = new GraphTrial(small, KernelsFor(given.Seed)).Failure() ?? "nothing";
        return $"{failure}\n{small} (RNNJIT_SEED={given.Seed} repeats the whole one)\n{now}\n{program}";
    }

    // The same kind of failure, not another one that a smaller Program has.
    private static string Kind(string failure) =>
        string.Concat(failure.TakeWhile(letter => letter is not ('\'' or ':' or '['))) + (failure.Contains("first wrong",
            StringComparison.Ordinal) ? failure[failure.LastIndexOf("first wrong", StringComparison.Ordinal)..] : "");
}
