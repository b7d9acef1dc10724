using RnnJit.Contracts;
using RnnJit.Ir;
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
    public void Random_programs_have_the_bits_of_the_CPU() =>
        Assert.That(RandomTests.CompareAll([.. Small().Take(Usual)], Compare), Is.SupersetOf(new[] { "ColumnSumCommand", "CopyCommand",
            "GatherCommand", "KernelCommand", "MatMulCommand", "PackCommand", "ReduceCommand", "ScanCommand", "ScatterCommand" }));

    // Dropout, gradients, their norm, Adam and carried states: three updates, each of what the one before it left.
    [Test]
    public void Updates_have_the_bits_of_the_CPU()
    {
        using Executable device = UpdateTests.Step(Device.Parse("ptx:2")), cpu = UpdateTests.Step(Device.Cpu);
        foreach (var (name, value) in UpdateTests.Draw(device.Program))
        {
            device.Set(name, value);
            cpu.Set(name, value);
        }

        for (int update = 0; update < 3; update++)
        {
            device.Run();
            cpu.Run();
            Bits.AssertEqual(CellProgram.Outputs(device), CellProgram.Outputs(cpu), $"update {update}");
        }
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
        ExecutableOptions ofDevice = options with { Device = Device.Parse($"ptx:{given.Seed % 3}"), RowLanes = OnDevices.Lanes(real) };
        using Executable device = Executable.Create(given.Program, ofDevice);

        // What the CPU leaves to the interpreter, such as loops three deep, is computed in double there:
        // then the same plan, called, is compared.
        bool sameHostOps = RandomTests.HostOps(given, options) == RandomTests.HostOps(given, ofDevice);
        using Executable cpu =
            Executable.Create(given.Program, sameHostOps ? options : ofDevice with { Device = Device.Parse("ilgpu-cpu") });
        foreach (PlanCommand command in Executable.PlanOf(given.Program, device.Options).AllCommands)
            commands.Add(command.GetType().Name);
        Dictionary<string, NdArray> data = given.Draw(0);
        Bits.AssertEqual(CellProgram.Run(device, data), CellProgram.Run(cpu, data), real.ToString());
    }
}
