using RnnJit.Cpu;
using RnnJit.Gpu.Lowering;
using RnnJit.Gpu.Running;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu;

/// <summary>
/// A Program on a device. Changed tensors of the caller are copied to the device before a run, and results stay on the device until they
/// are read.
/// </summary>
internal sealed unsafe class GpuExecutable<T> : Executable
    where T : unmanaged
{
    private readonly LoweredGpuPlan lowered;
    private readonly GpuDevice device;
    private readonly DeviceMemory memory;
    private readonly DeviceOperation[] operations;
    private readonly IReadOnlyList<PlanCommand> checks;
    private readonly DeviceHead head;
    private readonly DeviceTensor[] sources;
    private readonly DeviceTensor[] replaced;
    private readonly DeviceTensor[] updated;
    private readonly DeviceTensor[] results;
    private readonly NativeBuffer outputs;
    private readonly bool updatesAfterChecks;
    private readonly (long Offset, long Bytes)[][] poison;

    public GpuExecutable(Graph program, LoweredGpuPlan lowered, GpuDevice device, ExecutableOptions options)
        : base(program, options)
    {
        (this.lowered, this.device) = (lowered, device);
        Plans.Plan plan = lowered.Plan;
        Fallbacks = SlowPaths.Warn(options, SlowPaths.OfHostOps(program.Name, plan.AllCommands));
        RequireMemory(lowered.Layout.Bytes);
        device.RequireMemory(program.Name, options.Device, lowered.Layout.Bytes);
        var writer = new OperationWriter(lowered, device);
        (operations, checks) = (writer.Operations, writer.Checks);
        var inputs = plan.Inputs.ToDictionary(view => view.Buffer, view => Input(view.Buffer.Name));
        memory = device.Allocate<T>(lowered.Layout.Bytes + writer.ThreadBytes, writer.Table, Math.Max(checks.Count, 1), inputs);
        memory.Timer = options.Profile ? memory.CreateTimer(Plan.Count) : null;
        memory.Prepare(operations);
        memory.Prepare(writer.Fills);
        sources = [.. inputs.Select(pair => Place(pair.Key.Name, pair.Value, lowered.Layout.Of(pair.Key)))];
        outputs = new NativeBuffer(plan.Outputs.Sum(Aligned));
        (results, replaced, head) = Results(plan);
        HashSet<Tensor> overwritten = Overwritten(plan, inputs);
        sources = [.. sources.Where(source => !overwritten.Contains(source.Tensor))];
        updated = [.. replaced.Where(tensor => !overwritten.Contains(tensor.Tensor))];
        updatesAfterChecks = UpdateOrder.IsAfterChecks(plan, checks);
        poison = options.Poison ? [.. operations.Select((_, n) => Beginning(n))] : [];
        lock (device.Running)
        {
            foreach (DeviceOperation fill in writer.Fills)
                fill.Run(memory, default);
        }
    }

    public override long ArenaBytes => lowered.Memory.Bytes;

    internal override long Uploads => memory.Uploads;

    internal override long Downloads => memory.Downloads;

    public override IReadOnlyList<PlanLine> Plan => lowered.Lines;

    public override IReadOnlyList<string> Fallbacks { get; }

    internal override Plans.Plan BufferPlan => lowered.Plan;

    public override IReadOnlyList<double> PlanSeconds => memory.Timer?.Seconds ?? [];

    protected override void RunProgram()
    {
        if (!outputs.TryEnter())
            throw new ObjectDisposedException(null, $"'{Program.Name}' was disposed and cannot run (open it again)");

        try
        {
            foreach (DeviceTensor source in sources)
                source.FetchFromOthers();

            // A run that fails may have written over inputs that it updates in place: the host takes their values first.
            for (int i = 0; i < updated.Length && !updatesAfterChecks; i++)
                updated[i].Tensor.Fetch();
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
        foreach (DeviceTensor tensor in replaced)
            tensor.Release();
        base.Dispose();
        lock (device.Running)
            memory.Dispose();
        head.Dispose();
        outputs.Dispose();
    }

    protected override void CountChanges()
    {
        head.Change();
        foreach (DeviceTensor result in results)
            result.Change();
    }

    private void RunOnDevice()
    {
        memory.Steps = 0;
        head.Begin();
        foreach (DeviceTensor source in sources)
            source.Upload();
        memory.Timer?.Start();
        try
        {
            for (int n = 0; n < operations.Length; n++)
            {
                foreach (var (offset, bytes) in poison.Length == 0 ? [] : poison[n])
                    memory.Poison(offset, bytes, PoisonInstruction.Fill);
                operations[n].RunLine(memory, default);
            }

            memory.Timer?.Finish();
            if (head.Fault() is { Number: > 0 } fault)
                throw DeviceFault.Of(checks[memory.CheckOf(fault.Number) - 1], fault.Item, fault.Found, fault.Bound);
        }
        catch
        {
            foreach (DeviceTensor result in results)
            {
                if (!updatesAfterChecks || !replaced.Contains(result))
                    result.Spoil();
            }

            throw;
        }
    }

    // Buffers whose life begins with an operation. Constants and packed weights stay from run to run.
    private (long Offset, long Bytes)[] Beginning(int operation) => [.. lowered.Memory.Places
        .Where(one => one.Value.First == operation && !(operation == 0
            && one.Value.Last == int.MaxValue)).Select(one => (lowered.Layout.Of(one.Key), one.Key.Bytes))];

    // Inputs that only take results of a run: the Program reads nothing that they held.
    private static HashSet<Tensor> Overwritten(Plans.Plan plan, Dictionary<PlanBuffer, Tensor> inputs)
    {
        var read = new HashSet<int>(
            plan.Program.Nodes.SelectMany(node => node.Operands).Concat(plan.Program.Outputs.Select(output => output.Value)));
        return [.. plan.Inputs.Select((view, i) => (view, i)).Where(input => !read.Contains(input.i))
            .Select(input => inputs[input.view.Buffer])];
    }

    private DeviceTensor Place(string name, Tensor tensor, long offset) => new(memory, Program.Name, name, tensor, offset);

    private static long Aligned(BufferView view)
    {
        const long Alignment = 64;
        return (((long)view.Length * view.ElementSize) + Alignment - 1) / Alignment * Alignment;
    }

    private (DeviceTensor[] Results, DeviceTensor[] Replaced, DeviceHead Head) Results(Plans.Plan plan)
    {
        var found = new List<DeviceTensor>();
        var inputs = new List<DeviceTensor>();
        var scalars = new List<(Tensor, int)>();
        byte* next = outputs.Data;
        foreach (var (output, view) in plan.Program.Outputs.Zip(plan.Outputs))
        {
            long offset = lowered.Layout.Of(view.Buffer) + (view.Offset * view.ElementSize);
            Tensor? input = Replaced(output.Name);
            Tensor tensor = input ?? new Tensor(view.Buffer.Element, view.Shape, outputs, next);
            SetOutput(output.Name, tensor);
            next += Aligned(view);
            if (input is not null)
                inputs.Add(sources.First(source => source.Tensor == input));
            else if (offset < lowered.Layout.HeadBytes)
                scalars.Add((tensor, (int)offset));
            else
                found.Add(Place(output.Name, tensor, offset));
        }

        return ([.. found, .. inputs], [.. inputs], new DeviceHead(memory, lowered.Layout.HeadBytes, [.. scalars]));
    }
}

/// <summary>The order of a plan that replaces inputs.</summary>
internal static class UpdateOrder
{
    /// <summary>
    /// True if everything that may fail, a wrong index or an op of the host, comes before the norm and all writes to inputs come after it:
    /// the norm then sees a failure, and no input is overwritten.
    /// </summary>
    /// <param name="checks">Commands that check numbers.</param>
    public static bool IsAfterChecks(Plan plan, IReadOnlyList<PlanCommand> checks)
    {
        int norm = plan.Commands.ToList().FindIndex(command => command is GradientNormCommand);
        var all = new HashSet<PlanCommand>(checks, ReferenceEqualityComparer.Instance);
        return norm >= 0
            && !Plan.Flat(plan.Commands.Skip(norm + 1)).Any(command => command is HostOpCommand || all.Contains(command))
            && !Plan.Flat(plan.Commands.Take(norm)).SelectMany(command => command.Writes).Any(view => view.Buffer.IsExternal);
    }
}

/// <summary>The sentences of the CPU for numbers that a device found wrong.</summary>
internal static class DeviceFault
{
    public static ArgumentOutOfRangeException Of(PlanCommand command, int item, int found, int bound) => command switch
    {
        CheckBoundsCommand check => Sentence(BoundCheckInstruction.Sentence(check, item, found, bound)),
        CheckIndicesCommand check =>
            Sentence(IndexCheck.Sentence(check.Name, found, check.Largest + 1, OneHotOp.CureOf(check.Cure, found))),
        GatherCommand gather => Sentence(IndexCheck.Sentence(gather.Name, found, gather.Table.Shape[0])),
        ScatterCommand scatter => Sentence(IndexCheck.Sentence(scatter.Name, found, scatter.Table.Shape[0])),
        TakeCommand take => Sentence(IndexCheck.Sentence(take.Name, found, take.Input.Shape[take.Axis])),
        InversePermutationCommand inverse => Sentence(IndexCheck.Sentence(inverse.Name, found, inverse.Result.Length)),
        _ => throw new NotSupportedException($"'{command.Text}' checks nothing"),
    };

    private static ArgumentOutOfRangeException Sentence(string sentence) => new(null, sentence);
}
