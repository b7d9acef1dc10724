using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Contracts;
using RnnJit.Gpu.Kernels;
using RnnJit.Interpretation;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests;

/// <summary>
/// Random Programs, whose loops, products and views read each other in any way, bit for bit as on this CPU. RNNJIT_SEED=n-m runs those from
/// n to m.
/// </summary>
[NonParallelizable]
public class RandomTests
{
    private const int Usual = 80;

    [Test]
    public void Random_programs_give_the_same_bits()
    {
        int[] seeds = Seeds();
        IReadOnlySet<string> commands = CompareAll([.. seeds.Select(RandomGraphs.Of)], Compare);
        if (seeds.Length >= Usual)
            Assert.That(commands, Is.SupersetOf(new[] { "ColumnSumCommand", "CopyCommand", "GatherCommand", "KernelCommand",
                "MatMulCommand", "PackCommand", "ReduceCommand", "ScanCommand", "ScatterCommand", "SortRowsCommand", "TakeCommand",
                    "PackListedCommand", "HostOpCommand" }));
    }

    /// <summary>Compares Programs, whose kernels are compiled together first, and fails with all that differ.</summary>
    /// <param name="compare">Adds the commands of the plan to the set.</param>
    /// <returns>Names of all commands that the plans hold.</returns>
    internal static IReadOnlySet<string> CompareAll(GraphCase[] given, Action<GraphCase, HashSet<string>> compare)
    {
        Graph[] kernels = [.. given.SelectMany(one => KernelList.Of(Pipeline.Run(one.Program))).Distinct()];
        JitKernelProvider.Simd.Prepare(kernels);
        EmittedKernels.Of(kernels, ElementType.F32);
        var failures = new List<string>();
        var commands = new HashSet<string>();
        foreach (GraphCase one in given)
        {
            try
            {
                compare(one, commands);
            }
            catch (Exception e)
            {
                failures.Add($"{one}: {e.Message.Trim()}");
            }
        }

        TestContext.Out.WriteLine(
            $"{given.Length} Programs up to seed {given[^1].Seed}, {kernels.Length} kernels; {string.Join(", ", commands.Order())}");
        Assert.That(failures, Is.Empty);
        return commands;
    }

    private static int[] Seeds()
    {
        string[] range = (Environment.GetEnvironmentVariable("RNNJIT_SEED") ?? $"0-{Usual - 1}").Split('-');
        int first = int.Parse(range[0], System.Globalization.CultureInfo.InvariantCulture),
            last = int.Parse(range[^1], System.Globalization.CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(first, last - first + 1)];
    }

    private static void Compare(GraphCase given, HashSet<string> commands)
    {
        ElementType real = given.Seed % 2 == 0 ? ElementType.F32 : ElementType.F64;
        var options = new ExecutableOptions
        {
            Sizes = given.Sizes, Precision = real, Threads = 1, Kernels = TestKernels.Chain, Poison = given.Seed % 3 == 0,
            ChunkLimits = given.Seed % 4 == 3 ? ChunkLimits.Usual : new ChunkLimits(256, 8),
        };
        using Executable cpu = Executable.Create(given.Program, options);
        using Executable device = Executable.Create(given.Program,
            options with { Device = Device.Parse("ilgpu-cpu"), RowLanes = OnDevices.Lanes(real) });
        foreach (PlanCommand command in Executable.PlanOf(given.Program, options with { Device = Device.Parse("ilgpu-cpu") }).AllCommands)
            commands.Add(command.GetType().Name);
        bool sameHostOps = HostOps(given, options) == HostOps(given, options with { Device = Device.Parse("ilgpu-cpu") });
        for (int run = 0; run < 2; run++)
        {
            Dictionary<string, NdArray> data = given.Draw(run), found = CellProgram.Run(device, data), wanted = CellProgram.Run(cpu, data);
            if (sameHostOps)
                Bits.AssertEqual(found, wanted, $"{real}, run {run}");
            else
                AssertAgrees(found, Interpreter.Run(given.Program, data, given.Sizes), real, $"{real}, run {run}");
        }
    }

    internal static int HostOps(GraphCase given, ExecutableOptions options) =>
        Executable.PlanOf(given.Program, options).AllCommands.Count(command => command is HostOpCommand);

    // Loops that the CPU leaves to the interpreter are computed in double there.
    private static void AssertAgrees(Dictionary<string, NdArray> found, Dictionary<string, NdArray> wanted, ElementType real, string what)
    {
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F64 ? 1e-12 : 1e-5), $"{name}, {what}");
    }
}
