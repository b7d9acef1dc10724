using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Runtime;

/// <summary>A stretch of bytes of a caller's memory.</summary>
internal readonly record struct Stretch(long Offset, long Bytes)
{
    public Stretch(View view)
        : this(view.Block.Offset + (view.Offset * view.ElementSize), (long)view.Length * view.ElementSize)
    {
    }
}

/// <summary>A dense tensor in a caller's memory.</summary>
internal sealed record Located(Stretch Place, ElementType Element, int[] Shape)
{
    public Located(ElementType element, View view)
        : this(new Stretch(view), element, view.Shape)
    {
    }
}

/// <summary>
/// A Program whose memory the caller brings to each run, so that many threads run it at once: instructions, packed weights and all else that parameters alone
/// decide are shared, everything else lies in the caller's memory. One thread does a run.
/// </summary>
internal sealed unsafe class StepPlan : IDisposable
{
    private readonly Instruction[] once;
    private readonly Instruction[] each;
    private readonly NativeBuffer shared;
    private readonly NativeBuffer[] buffers;
    private readonly List<Tensor> own = [];
    private readonly StepCall[] calls;
    private readonly Carry[] carries;
    private readonly string owner;
    private readonly Dictionary<string, Tensor> parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Located> inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Located> outputs = new(StringComparer.Ordinal);

    /// <param name="program">Outputs that are next states pair with inputs that are states, in order.</param>
    public StepPlan(Graph program, ExecutableOptions options, KernelChain kernels)
    {
        options.Check();
        SizeCheck.Run(program, options.Sizes);
        owner = $"Streaming model '{program.Name}'";
        var context = new PlanContext(program, options, kernels);
        Graph planned = context.Program;
        var layout = new StepLayout(context, port => Parameter(options, context, port));
        layout.CheckViews();
        long sharedBytes = layout.PlaceShared();
        MemoryBudget.Require($"What the streams of '{program.Name}' share", sharedBytes, options.MemoryLimit);
        shared = new NativeBuffer(sharedBytes);
        buffers = [shared, .. parameters.Values.Select(tensor => tensor.Memory).Distinct()];
        foreach (Block block in layout.Shared)
            block.Place(shared.Data);
        long bytes = layout.PlaceOwn();
        MemoryBudget.Require($"A stream of '{program.Name}'", bytes, options.MemoryLimit);
        context.FillConstants();
        once = [.. layout.Once];
        each = [.. layout.Each];
        foreach (Instruction instruction in once.Concat(each))
            instruction.Resolve();
        calls = each.Select(StepCall.Of).ToArray();
        foreach (StepCall call in calls)
        {
            call.Table = bytes;
            bytes += call.TableBytes;
        }

        Bytes = bytes;
        carries = layout.Carries.Select(pair => new Carry(new Stretch(pair.From).Offset, new Stretch(pair.To).Offset, new Stretch(pair.To).Bytes)).ToArray();
        for (int i = 0; i < planned.Inputs.Count; i++)
        {
            if (planned.Inputs[i].Role != PortRole.Parameter)
                inputs[planned.Inputs[i].Name] = new Located(planned.Inputs[i].Type.Element, layout.Inputs[i]!);
        }

        foreach (var (output, view) in layout.Outputs)
            outputs[output.Name] = new Located(planned.Values.Type(output.Value).Element, view);
        Refresh();
    }

    /// <summary>What a run needs of the caller: zeroed at first, aligned to 64 bytes, then <see cref="Settle"/>.</summary>
    public long Bytes { get; }

    /// <summary>What all runs share besides the parameters themselves.</summary>
    public long SharedBytes => shared.Length;

    public IReadOnlyList<Instruction> Instructions => each;

    /// <summary>Where an input or a state lies in the caller's memory.</summary>
    /// <exception cref="UnknownNameException">There is none.</exception>
    public Located Input(string name) => Find(inputs, "input", name);

    /// <summary>Where a result lies in the caller's memory.</summary>
    /// <exception cref="UnknownNameException">There is none.</exception>
    public Located Output(string name) => Find(outputs, "output", name);

    /// <exception cref="UnknownNameException">There is none.</exception>
    public Tensor Parameter(string name) => Find(parameters, "parameter", name);

    /// <summary>Does again what parameters alone decide, such as packing. Not while something runs.</summary>
    public void Refresh()
    {
        RequireMemory();
        foreach (Instruction instruction in once)
        {
            instruction.Execute(new Share(0, 1, -1, -1), default);
            (instruction as IAfterBarrier)?.Done();
        }
    }

    /// <summary>Makes zeroed memory, which stays where it is, ready for runs.</summary>
    public void Settle(byte* memory)
    {
        foreach (StepCall call in calls)
            call.Settle(memory);
    }

    /// <exception cref="ObjectDisposedException">This was disposed, or what its parameters belong to.</exception>
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
        throw new ObjectDisposedException(null, "The streaming model was disposed, or the model whose parameters it reads (dispose both after the last step)");

    /// <summary>One run: results are written, next states become states. <see cref="RequireMemory"/> comes first.</summary>
    public void Run(byte* memory)
    {
        foreach (StepCall call in calls)
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

    private View Parameter(ExecutableOptions options, PlanContext context, Port port)
    {
        if (!options.Shared.TryGetValue(port.Name, out Tensor? tensor))
            own.Add(tensor = new Tensor(port.Type.Element, context.Shape(port.Type)));
        parameters[port.Name] = tensor;
        return context.OfTensor(tensor, isParameter: true, port.Name);
    }

    private readonly record struct Carry(long From, long To, long Bytes);
}
