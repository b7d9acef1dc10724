using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>A stream gives, step by step, the bits of the whole sequence: for every built-in cell, without allocating.</summary>
public class StreamingTests
{
    private const int Steps = 9;

    private static IEnumerable<Type> Cells => CellProgram.Types;

    [Test]
    public void Steps_are_the_whole_sequence_bit_for_bit([ValueSource(nameof(Cells))] Type type, [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        int batch = real == ElementType.F32 ? 1 : 3;
        var cell = new CellProgram(CellRegistry.Find(type), Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(Steps, batch);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable executable = CellProgram.Create(program, sizes, real: real);
        Dictionary<string, NdArray> whole = CellProgram.Run(executable, data);
        string[] results = program.Outputs.Select(output => output.Name).Where(name => name != "loss").ToArray();
        using var streaming = new StreamingModel(program, executable.Options, results);
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.Parameter))
            streaming.Parameter(port.Name).Set(data[port.Name].Data);
        streaming.Refresh();

        using StreamState state = streaming.NewState();
        foreach (Port port in program.Inputs.Where(port => port.Role != PortRole.Parameter && !IsTimed(port.Type)))
            state[port.Name].Set(data[port.Name].Data);
        Port[] sequences = program.Inputs.Where(port => port.Role != PortRole.Parameter && IsTimed(port.Type) && port.Name != "dy").ToArray();
        long allocated = 0;
        for (int t = 0; t < Steps; t++)
        {
            foreach (Port port in sequences)
                state.Input(port.Name).Set(data[port.Name].At(t).Data);
            long before = GC.GetAllocatedBytesForCurrentThread();
            streaming.Step(state);
            allocated += t < 2 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            foreach (string name in results)
            {
                if (IsTimed(program.Values.Type(program.Outputs[program.OutputIndex(name)].Value)))
                    Bits.AssertEqual(state.Output(name).ToNdArray().Data, whole[name].At(t).Data, $"{name} at step {t}");
                else if (t == Steps - 1)
                    Bits.AssertEqual(state.Output(name).ToNdArray().Data, whole[name].Data, name);
            }
        }

        Assert.That(allocated, Is.Zero, string.Join("\n", streaming.Instructions));
    }

    private static bool IsTimed(TensorType type) => type.Rank > 0 && type.Dims[0] == Dim.Symbol("T");
}
