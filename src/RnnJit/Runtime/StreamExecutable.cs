using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>A range of bytes of a caller's memory.</summary>
internal readonly record struct ByteRange(long Offset, long Bytes)
{
    public ByteRange(BufferView view, MemoryPlan memory)
        : this(memory.Places[view.Buffer].Offset + (view.Offset * view.ElementSize), (long)view.Length * view.ElementSize)
    {
    }
}

/// <summary>A dense tensor in a caller's memory.</summary>
internal sealed record TensorRange(ByteRange Place, ElementType Element, int[] Shape)
{
    public TensorRange(BufferView view, MemoryPlan memory)
        : this(new ByteRange(view, memory), view.Buffer.Element, view.Shape)
    {
    }
}

/// <summary>
/// A Program whose memory the caller brings to each run, so that many threads run it at once: instructions, packed weights and all else
/// that parameters alone decide are shared, everything else lies in the caller's memory. One thread does a run.
/// </summary>
internal sealed unsafe class StreamExecutable : IDisposable
{
    private readonly Instruction[] preheader;
    private readonly Instruction[] body;
    private readonly NativeBuffer shared;
    private readonly NativeBuffer[] buffers;
    private readonly List<Tensor> own = [];
    private readonly StreamCall[] calls;
    private readonly Carry[] carries;
    private readonly string owner;
    private readonly Dictionary<string, Tensor> parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorRange> inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorRange> outputs = new(StringComparer.Ordinal);

    /// <summary>Gives a lowered plan the memory that all callers share.</summary>
    public StreamExecutable(StreamPlan plan, Instruction[] preheader, Instruction[] body, ExecutableOptions options)
    {
        Graph program = plan.Program;
        owner = $"Streaming model '{program.Name}'";
        (this.preheader, this.body) = (preheader, body);
        SlowPaths.Warn(program.Name, options, [.. preheader, .. body]);
        MemoryBudget.Require($"What the streams of '{program.Name}' share", plan.Shared.Bytes, options.MemoryLimit);
        MemoryBudget.Require($"A stream of '{program.Name}'", plan.Own.Bytes, options.MemoryLimit);
        var memory = new PlanMemory();
        for (int i = 0; i < program.Inputs.Count; i++)
        {
            if (program.Inputs[i].Role == PortRole.Parameter)
                memory.Bind(plan.Inputs[i].Buffer, Parameter(options, program.Inputs[i], plan.Inputs[i].Shape));
        }

        shared = new NativeBuffer(plan.Shared.Bytes);
        buffers = [shared, .. parameters.Values.Select(tensor => tensor.Memory).Distinct()];
        memory.Place(plan.Shared, shared.Data);
        memory.PlaceRelative(plan.Own);
        memory.Fill(plan.Fills);
        long bytes = plan.Own.Bytes;
        foreach (Instruction instruction in preheader.Concat(body))
            instruction.Resolve(memory);
        calls = body.Select(StreamCall.Of).ToArray();
        foreach (StreamCall call in calls)
        {
            call.Table = bytes;
            bytes += call.TableBytes;
        }

        Bytes = bytes;
        carries = plan.Carries.Select(copy => new Carry(new ByteRange(copy.From, plan.Own).Offset, new ByteRange(copy.To, plan.Own).Offset,
            new ByteRange(copy.To, plan.Own).Bytes)).ToArray();
        for (int i = 0; i < program.Inputs.Count; i++)
        {
            if (program.Inputs[i].Role != PortRole.Parameter)
                inputs[program.Inputs[i].Name] = new TensorRange(plan.Inputs[i], plan.Own);
        }

        foreach (var (output, view) in plan.Outputs)
            outputs[output.Name] = new TensorRange(view, plan.Own);
        Refresh();
    }

    /// <summary>Bytes that a run needs of the caller: zeroed at first, aligned to 64 bytes, then <see cref="BindAddresses"/>.</summary>
    public long Bytes { get; }

    /// <summary>Bytes that all streams share besides the parameters themselves.</summary>
    public long SharedBytes => shared.Length;

    public IReadOnlyList<Instruction> Instructions => body;

    /// <summary>The range of an input or a state within the caller's memory.</summary>
    /// <exception cref="UnknownNameException">There is none.</exception>
    public TensorRange Input(string name) => Find(inputs, "input", name);

    /// <summary>The range of a result within the caller's memory.</summary>
    /// <exception cref="UnknownNameException">There is none.</exception>
    public TensorRange Output(string name) => Find(outputs, "output", name);

    /// <exception cref="UnknownNameException">There is none.</exception>
    public Tensor Parameter(string name) => Find(parameters, "parameter", name);

    /// <summary>Recomputes values that depend on parameters alone, such as packed weights. Must not be called during a run.</summary>
    public void Refresh()
    {
        RequireMemory();
        foreach (Tensor parameter in parameters.Values)
            parameter.Fetch();
        foreach (Instruction instruction in preheader)
        {
            instruction.Execute(new WorkShare(0, 1, -1, -1), default);
            (instruction as IAfterBarrier)?.Done();
        }
    }

    /// <summary>Makes zeroed memory, which stays where it is, ready for runs.</summary>
    public void BindAddresses(byte* memory)
    {
        foreach (StreamCall call in calls)
            call.BindAddresses(memory);
    }

    /// <exception cref="ObjectDisposedException">This object or the owner of its parameters was disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RequireMemory()
    {
        foreach (NativeBuffer buffer in buffers)
        {
            if (buffer.IsDisposed)
                ThrowDisposed();
        }
    }

    private static void ThrowDisposed() =>
        throw new ObjectDisposedException(null,
            "The streaming model was disposed, or the model whose parameters it reads (dispose both after the last step)");

    /// <summary>One run: results are written, next states become states. <see cref="RequireMemory"/> comes first.</summary>
    public void Run(byte* memory)
    {
        foreach (StreamCall call in calls)
            call.Run(memory);
        foreach (Carry carry in carries)
            Buffer.MemoryCopy(memory + carry.From, memory + carry.To, carry.Bytes, carry.Bytes);
    }

    private T Find<T>(Dictionary<string, T> among, string kind, string name) =>
        among.TryGetValue(name, out T? found) ? found : throw new UnknownNameException(owner, kind, name, among.Keys);

    public void Dispose()
    {
        shared.Dispose();
        foreach (Tensor tensor in own)
            tensor.Dispose();
    }

    private Tensor Parameter(ExecutableOptions options, Port port, int[] shape)
    {
        if (!options.Shared.TryGetValue(port.Name, out Tensor? tensor))
            own.Add(tensor = new Tensor(port.Type.Element, shape));
        return parameters[port.Name] = tensor;
    }

    private readonly record struct Carry(long From, long To, long Bytes);
}
