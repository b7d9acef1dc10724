using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Contracts;

// A stream gives, step by step, the bits of the whole sequence.
public abstract partial class BackendContract
{
    private const int StreamSteps = 9;

    /// <summary>True where a step of a stream allocates nothing.</summary>
    protected virtual bool StreamsAllocateNothing => true;

    [Test]
    public void Streams_are_the_whole_sequence_bit_for_bit([Cells] Type type, [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        if (!Subject.Backend.HasStreams)
            Assert.Ignore($"'{Subject.Backend.Name}' has no streams");

        var cell = new CellProgram(CellRegistry.Find(type), Backward: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(StreamSteps, batch: real == ElementType.F32 ? 1 : 3);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable executable = Subject.Create(program, sizes, 1, real);
        Dictionary<string, NdArray> whole = CellProgram.Run(executable, data);
        string[] results = program.Outputs.Select(output => output.Name).Where(name => name != "loss").ToArray();
        using var streaming = new StreamingModel(program, executable.Options, results);
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.Parameter))
            streaming.Parameter(port.Name).Set(data[port.Name].Data);
        streaming.Refresh();

        using StreamState state = streaming.NewState();
        foreach (Port port in program.Inputs.Where(port => port.Role != PortRole.Parameter && !IsTimed(port.Type)))
            state[port.Name].Set(data[port.Name].Data);
        Port[] sequences =
            program.Inputs.Where(port => port.Role != PortRole.Parameter && IsTimed(port.Type) && port.Name != "dy").ToArray();
        long allocated = 0;
        for (int t = 0; t < StreamSteps; t++)
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
                else if (t == StreamSteps - 1)
                    Bits.AssertEqual(state.Output(name).ToNdArray().Data, whole[name].Data, name);
            }
        }

        if (StreamsAllocateNothing)
            Assert.That(allocated, Is.Zero, string.Join("\n", streaming.Instructions));
    }

    private static bool IsTimed(TensorType type) => type.Rank > 0 && type.Dims[0] == Dim.Symbol("T");
}
