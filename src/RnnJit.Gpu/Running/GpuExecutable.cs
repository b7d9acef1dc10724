using RnnJit.Cpu;
using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Lowering;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>
/// A Program on a device: tensors of the caller stay on the host, and are copied when they changed; outputs come back at the end of a run.
/// </summary>
internal sealed unsafe class GpuExecutable<T> : Executable
    where T : unmanaged
{
    private const long NotThere = -1;

    private readonly LoweredGpuPlan lowered;
    private readonly GpuDevice device;
    private readonly DeviceMemory<T> memory;
    private readonly DeviceOperation[] operations;
    private readonly IReadOnlyList<PlanCommand> checks;
    private readonly (long Offset, Tensor Tensor)[] sources;
    private readonly long[] uploaded;
    private readonly bool[] isReplaced;
    private readonly (long Offset, Tensor Tensor)[] results;
    private readonly NativeBuffer outputs;
    private readonly (long Offset, long Bytes)[][] poison;

    public GpuExecutable(Graph program, LoweredGpuPlan lowered, GpuDevice device, ExecutableOptions options)
        : base(program, options)
    {
        (this.lowered, this.device) = (lowered, device);
        Fallbacks = SlowPaths.Warn(SlowPaths.OfHostOps(program.Name, lowered.Plan.AllCommands));
        RequireMemory(lowered.Layout.Bytes);
        device.RequireMemory(program.Name, options.Device, lowered.Layout.Bytes);
        var writer = new OperationWriter(lowered, device);
        (operations, checks) = (writer.Operations, writer.Checks);
        var inputs = lowered.Plan.Inputs.ToDictionary(view => view.Buffer, view => Input(view.Buffer.Name));
        sources = [.. inputs.Select(pair => (lowered.Layout.Of(pair.Key), pair.Value))];
        uploaded = [.. sources.Select(_ => NotThere)];
        memory = new DeviceMemory<T>(device, lowered.Layout.Bytes + writer.ThreadBytes, writer.Table, Math.Max(checks.Count, 1), inputs);
        memory.Prepare(operations);
        memory.Prepare(writer.Fills);
        (outputs, results) = Results(lowered.Plan);
        isReplaced = [.. sources.Select(source => results.Any(result => result.Tensor == source.Tensor))];
        poison = options.Poison ? [.. operations.Select((_, n) => Beginning(n))] : [];
        lock (device.Running)
        {
            foreach (DeviceOperation fill in writer.Fills)
                fill.Run(memory, default);
        }
    }

    public override long ArenaBytes => lowered.Memory.Bytes;

    /// <summary>Tensors of the caller that were copied to the device so far.</summary>
    internal override long Uploads => memory.Uploads;

    public override IReadOnlyList<PlanLine> Plan => lowered.Lines;

    public override IReadOnlyList<string> Fallbacks { get; }

    internal override Plans.Plan BufferPlan => lowered.Plan;

    protected override void RunProgram()
    {
        if (!outputs.TryEnter())
            throw new ObjectDisposedException(null, $"'{Program.Name}' was disposed and cannot run (open it again)");

        try
        {
            lock (device.Running)
                RunOnDevice();
        }
        finally
        {
            outputs.Exit();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        lock (device.Running)
            memory.Dispose();
        outputs.Dispose();
    }

    private void RunOnDevice()
    {
        if (checks.Count > 0)
            memory.Begin();
        for (int i = 0; i < sources.Length; i++)
        {
            var (offset, tensor) = sources[i];
            if (tensor.Version != uploaded[i])
                memory.UploadTensor(offset, Bytes(tensor));

            // A run that throws may leave there what the caller never sees.
            uploaded[i] = isReplaced[i] ? NotThere : tensor.Version;
        }

        for (int n = 0; n < operations.Length; n++)
        {
            foreach (var (offset, bytes) in poison.Length == 0 ? [] : poison[n])
                memory.Fill(offset, bytes, PoisonInstruction.Fill);
            operations[n].Run(memory, default);
        }

        if (checks.Count > 0 && memory.Fault() is { Check: > 0 } fault)
            throw DeviceFault.Of(checks[fault.Check - 1], fault.Item, fault.Found, fault.Bound);
        foreach (var (offset, tensor) in results)
        {
            memory.Download(offset, new Span<byte>(tensor.Data, tensor.Length * tensor.ElementSize));
            tensor.Touch();
        }
    }

    // An input that an output takes the place of is on the device as it is here.
    protected override void OnReplaced()
    {
        for (int i = 0; i < sources.Length; i++)
        {
            if (isReplaced[i])
                uploaded[i] = sources[i].Tensor.Version;
        }
    }

    // Buffers whose life begins with an operation. Constants and packed weights stay from run to run.
    private (long Offset, long Bytes)[] Beginning(int operation) => [.. lowered.Memory.Places
        .Where(one => one.Value.First == operation && !(operation == 0
            && one.Value.Last == int.MaxValue)).Select(one => (lowered.Layout.Of(one.Key), one.Key.Bytes))];

    private static ReadOnlySpan<byte> Bytes(Tensor tensor) => new(tensor.Data, checked(tensor.Length * tensor.ElementSize));

    private (NativeBuffer Memory, (long Offset, Tensor Tensor)[] Results) Results(Plans.Plan plan)
    {
        const long Alignment = 64;
        var host = new NativeBuffer(plan.Outputs.Sum(view => (((long)view.Length * view.ElementSize)
            + Alignment - 1) / Alignment * Alignment));
        var found = new List<(long, Tensor)>();
        byte* next = host.Data;
        foreach (var (output, view) in plan.Program.Outputs.Zip(plan.Outputs))
        {
            Tensor tensor = Replaced(output.Name) ?? new Tensor(view.Buffer.Element, view.Shape, host, next);
            SetOutput(output.Name, tensor);
            found.Add((lowered.Layout.Of(view.Buffer) + (view.Offset * view.ElementSize), tensor));
            next += (((long)view.Length * view.ElementSize) + Alignment - 1) / Alignment * Alignment;
        }

        return (host, [.. found]);
    }
}

/// <summary>The sentences of the CPU for numbers that a device found wrong.</summary>
internal static class DeviceFault
{
    public static ArgumentOutOfRangeException Of(PlanCommand command, int item, int found, int bound) => command switch
    {
        CheckBoundsCommand check => Sentence(BoundCheckInstruction.Sentence(check, item, found, bound)),
        CheckIndicesCommand check => Sentence(IndexCheck.Sentence(check.Name, found, check.Largest + 1, check.Cure)),
        GatherCommand gather => Sentence(IndexCheck.Sentence(gather.Name, found, gather.Table.Shape[0])),
        ScatterCommand scatter => Sentence(IndexCheck.Sentence(scatter.Name, found, scatter.Table.Shape[0])),
        TakeCommand take => Sentence(IndexCheck.Sentence(take.Name, found, take.Input.Shape[take.Axis])),
        InversePermutationCommand inverse => Sentence(IndexCheck.Sentence(inverse.Name, found, inverse.Result.Length)),
        _ => throw new NotSupportedException($"'{command.Text}' checks nothing"),
    };

    private static ArgumentOutOfRangeException Sentence(string sentence) => new(null, sentence);
}
