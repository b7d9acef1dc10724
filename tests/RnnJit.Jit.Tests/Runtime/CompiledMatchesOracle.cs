using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Kernels;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Runtime;

public class CompiledMatchesOracle
{
    private static readonly Type[] Cells = [typeof(Lstm), typeof(Gru), typeof(GruResetAfter), typeof(Elman), typeof(ElmanRelu)];

    [Test, Combinatorial]
    public void Every_cell_forward_and_backward(
        [ValueSource(nameof(Cells))] Type type, [Values] bool lengths, [Values(1, 2)] int threads, [Values(1, 9)] int batch, [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        CellDefinition cell = CellTracer.Trace(type);
        Graph program = Differentiate.Run(Program(cell, lengths), "loss", [.. cell.Parameters.Select(p => p.Name), "x", "h"]);
        var sizes = new Dictionary<string, int> { ["T"] = 5, ["B"] = batch, ["H"] = 17, ["X"] = 6 };
        var random = new Random(1);
        Dictionary<string, NdArray> data = program.Inputs.ToDictionary(port => port.Name, port => Fill(port, sizes, random));
        Dictionary<string, NdArray> expected = Interpreter.Run(program, data, sizes);

        using Executable executable = Executable.Create(program, new ExecutableOptions { Sizes = sizes, Threads = threads, Precision = real, Kernels = TestKernels.Chain });
        foreach (var (name, value) in data)
            executable.Input(name).Set(value.Data);
        for (int run = 0; run < 2; run++)
        {
            executable.Run();
            foreach (var (name, value) in expected)
                Assert.That(Bits.Distance(executable.Output(name).ToNdArray(), value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12), $"{name}, run {run}");
        }
    }

    private static Graph Program(CellDefinition cell, bool lengths)
    {
        var builder = new GraphBuilder();
        var inputs = new Dictionary<string, Value> { ["x"] = builder.Input("x", new TensorType(ElementType.F32, "T", "B", "X")) };
        foreach (Port state in cell.States)
            inputs[state.Name] = builder.Input(state.Name, state.Type);
        foreach (Port parameter in cell.Parameters)
            inputs[parameter.Name] = builder.Input(parameter.Name, parameter.Type, PortRole.Parameter);
        Value? count = lengths ? builder.Input("lengths", new TensorType(ElementType.I32, "B")) : null;
        Value dy = builder.Input("dy", new TensorType(ElementType.F32, "T", "B", "H"));
        var (finals, sequences) = CellScan.Apply(builder, cell, inputs, "T", reverse: lengths, lengths: count);
        Value loss = Rnn.Total(sequences["h"] * dy) + Rnn.Total(finals[0]);
        return builder.Build("program", cell.Name, [("y", sequences["h"], OutputRole.Result), ("last", finals[0], OutputRole.Result), ("loss", loss, OutputRole.Result)]);
    }

    private static NdArray Fill(Port port, Dictionary<string, int> sizes, Random random)
    {
        var array = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray());
        for (int i = 0; i < array.Length; i++)
            array.Data[i] = port.Type.Element == ElementType.I32 ? i % 6 : (float)(random.NextDouble() - 0.5);
        return array;
    }
}

internal static class TestKernels
{
    public static KernelChain Chain { get; } = new(JitKernelProvider.Simd, new InterpretedKernelProvider());
}
