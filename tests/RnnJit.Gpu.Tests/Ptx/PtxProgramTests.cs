using RnnJit.Contracts;
using RnnJit.Gpu.Kernels;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>
/// Small random Programs whose launches are executed as PTX, products and loops included, bit for bit as this CPU with as many lanes.
/// </summary>
[NonParallelizable]
public class PtxProgramTests
{
    private const int Usual = 200, MostWork = 500;

    [Test]
    public void Random_programs_have_the_bits_of_the_CPU()
    {
        GraphCase[] given = [.. Small().Take(Usual)];
        Graph[] kernels = [.. given.SelectMany(one => KernelList.Of(Pipeline.Run(one.Program))).Distinct()];
        JitKernelProvider.Simd.Prepare(kernels);
        EmittedKernels.Of(kernels, ElementType.F32);
        var failures = new List<string>();
        var commands = new HashSet<string>();
        foreach (GraphCase one in given)
        {
            try
            {
                Compare(one, commands);
            }
            catch (Exception wrong)
            {
                failures.Add($"{one}: {wrong.Message.Trim()}");
            }
        }

        string found = string.Join(", ", commands.Order());
        TestContext.Out.WriteLine($"{given.Length} Programs up to seed {given[^1].Seed}, {kernels.Length} kernels; {found}");
        Assert.That(failures, Is.Empty);
    }

    // T · B · (H + X + G), with the gates of a cell for G: as many numbers as a step of it computes, over time.
    private static IEnumerable<GraphCase> Small() => Enumerable.Range(0, int.MaxValue).Select(RandomGraphs.Of)
        .Where(one => one.Sizes["T"] * one.Sizes["B"] * ((5 * one.Sizes["H"]) + one.Sizes["X"]) <= MostWork);

    private static void Compare(GraphCase given, HashSet<string> commands)
    {
        ElementType real = given.Seed % 2 == 0 ? ElementType.F32 : ElementType.F64;
        var options = new ExecutableOptions
        {
            Sizes = given.Sizes, Precision = real, Threads = 1, Kernels = TestKernels.Chain, Poison = true,
            ChunkLimits = given.Seed % 4 == 3 ? ChunkLimits.Usual : new ChunkLimits(256, 8),
        };
        using Executable cpu = Executable.Create(given.Program, options);
        using Executable device = Executable.Create(given.Program,
            options with { Device = Device.Parse($"ptx:{given.Seed % 3}"), RowLanes = OnDevices.Lanes(real) });
        foreach (PlanCommand command in Executable.PlanOf(given.Program, device.Options).AllCommands)
            commands.Add(command.GetType().Name);
        Dictionary<string, NdArray> data = given.Draw(0);
        Bits.AssertEqual(CellProgram.Run(device, data), CellProgram.Run(cpu, data), real.ToString());
    }
}
