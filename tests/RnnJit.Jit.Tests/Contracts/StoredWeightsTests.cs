using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Weights stored in 16 bits give, bit for bit, what weights rounded beforehand give: for every built-in cell.</summary>
public class StoredWeightsTests
{
    private static IEnumerable<Type> Cells => CellProgram.Types;

    [Test]
    public void Stored_weights_are_weights_rounded_beforehand([ValueSource(nameof(Cells))] Type type,
        [Values(WeightStorage.Half, WeightStorage.BFloat16)] WeightStorage storage)
    {
        var cell = new CellProgram(CellRegistry.Find(type), Backward: false);
        Graph program = cell.Build();
        int batch = storage == WeightStorage.Half ? 5 : 1;
        Dictionary<string, int> sizes = cell.Sizes(steps: 3, batch);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        Dictionary<string, NdArray>? one = null;
        foreach (int threads in new[] { 1, 2 })
        {
            using Executable plain = CellProgram.Create(program, sizes, threads);
            using Executable stored = Executable.Create(program, plain.Options with { Weights = storage });
            HashSet<string> rounded = Rounded(stored);
            Dictionary<string, NdArray> beforehand =
                data.ToDictionary(pair => pair.Key, pair => rounded.Contains(pair.Key) ? Round(pair.Value, storage) : pair.Value);
            Dictionary<string, NdArray> found = CellProgram.Run(stored, data);
            Bits.AssertEqual(found, CellProgram.Run(plain, beforehand), $"{threads} threads");
            Bits.AssertEqual(found, one ??= found, "threads");
            if (rounded.Count > 0)
                Assert.That(() => Bits.AssertEqual(found, CellProgram.Run(plain, data), "not rounded"),
                    Throws.TypeOf<AssertionException>());
        }
    }

    [Test]
    public void Streams_read_stored_weights_too([Values(1, 2)] int batch)
    {
        var cell = new CellProgram(CellRegistry.Find(typeof(Lstm)), Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 1, batch);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable executable = Executable.Create(program,
            new ExecutableOptions { Sizes = sizes, Weights = WeightStorage.BFloat16, Kernels = TestKernels.Chain });
        Assert.That(Rounded(executable), Has.Count.EqualTo(8));
        Dictionary<string, NdArray> whole = CellProgram.Run(executable, data);
        using var streaming = new StreamingModel(program, executable.Options, "h");
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.Parameter))
            streaming.Parameter(port.Name).Set(data[port.Name].Data);
        streaming.Refresh();
        using StreamState state = streaming.NewState();
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.Input && port.Name != "dy"))
            state.Input(port.Name).Set(data[port.Name].Data);
        streaming.Step(state);
        Bits.AssertEqual(state.Output("h").ToNdArray().Data, whole["h"].Data, "h");
        Assert.That(streaming.SharedBytes,
            Is.LessThan(new StreamingModel(program, executable.Options with { Weights = WeightStorage.Single }, "h").SharedBytes));
    }

    private static HashSet<string> Rounded(Executable executable)
    {
        HashSet<Tensor> tensors =
            [.. ((CompiledExecutable)executable).Instructions.OfType<PackInstruction<float>>().SelectMany(pack => pack.Rounded)];
        return [.. executable.Program.Inputs.Select(port => port.Name).Where(name => tensors.Contains(executable.Input(name)))];
    }

    // System.Half and the definition of a brain float: the upper 16 bits, rounded to nearest even.
    private static NdArray Round(NdArray array, WeightStorage storage) =>
        new([.. array.Shape], array.Data.Select(value => storage == WeightStorage.Half
        ? (double)(Half)value
        : BitConverter.Int32BitsToSingle(
            (int)(Math.Round(BitConverter.SingleToInt32Bits((float)value) / 65536.0, MidpointRounding.ToEven) * 65536))).ToArray());
}
