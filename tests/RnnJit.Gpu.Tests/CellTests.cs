using RnnJit.Cells;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Contracts;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests;

/// <summary>Every built-in cell on ILGPU's CPU accelerator, forward and backward, bit for bit as on this CPU with as many lanes.</summary>
public class CellTests
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    [Test]
    public void A_forward_pass_gives_the_same_bits([ValueSource(nameof(Cells))] Type type) =>
        AssertEqual(new CellProgram(CellTracer.Trace(type), Backward: false), steps: 4, batch: 3, ElementType.F32);

    [Test]
    public void Gradients_have_the_same_bits([ValueSource(nameof(Cells))] Type type, [Values] bool lengths) =>
        AssertEqual(new CellProgram(CellTracer.Trace(type), lengths, Reverse: lengths), steps: 4, batch: 3, lengths ? ElementType.F64
            : ElementType.F32);

    internal static void AssertEqual(CellProgram cell, int steps, int batch, ElementType real)
    {
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps, batch);
        OnDevices.AssertEqual(program, sizes, CellProgram.Draw(program, sizes), real);
    }
}

/// <summary>A Program on this CPU and on ILGPU's CPU accelerator.</summary>
internal static class OnDevices
{
    /// <summary>Lanes of this CPU's vectors.</summary>
    public static int Lanes(ElementType real) => CpuWidth.Width / (real == ElementType.F64 ? 64 : 32);

    public static Executable Create(Graph program, IReadOnlyDictionary<string, int> sizes, ElementType real = ElementType.F32,
        int lanes = 0, string[]? without = null) => Executable.Create(program, new ExecutableOptions
        {
            Device = Device.Parse("ilgpu-cpu"),
            Sizes = sizes,
            Precision = real,
            RowLanes = lanes,
            Without = without ?? []
        });

    public static void AssertEqual(Graph program, Dictionary<string, int> sizes, Dictionary<string, NdArray> data, ElementType real,
        string[]? without = null)
    {
        using Executable cpu = CellProgram.Create(program, sizes, threads: 1, real, without),
            device = Create(program, sizes, real, Lanes(real), without);
        Dictionary<string, NdArray> wanted = CellProgram.Run(cpu, data);

        // The second run finds what the first one left.
        for (int run = 0; run < 2; run++)
            Bits.AssertEqual(CellProgram.Run(device, data), wanted, $"{real}, run {run}");
    }
}

/// <summary>Once for all tests.</summary>
[SetUpFixture]
public class Install
{
    [OneTimeSetUp]
    public void Devices()
    {
        JitKernels.Install();
        GpuDevices.Install();
        Ptx.PtxDevice.Install();
    }
}
