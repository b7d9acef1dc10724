using ILGPU.Runtime;
using RnnJit.Gpu.Lowering;
using RnnJit.Gpu.Running;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu;

/// <summary>Plans on devices of one kind, through ILGPU.</summary>
internal sealed class GpuBackend : PlannedBackend
{
    private const int MostLanes = 16;

    private readonly Lazy<int> count;
    private readonly Func<int, GpuDevice> open;
    private readonly Dictionary<int, GpuDevice> devices = [];

    /// <param name="count">Devices of the kind.</param>
    /// <param name="open">Opens the one with a number.</param>
    public GpuBackend(string name, Func<int> count, Func<int, GpuDevice> open) =>
        (Name, this.count, this.open) = (name, new Lazy<int>(count), open);

    public override string Name { get; }

    public override int Devices => count.Value;

    /// <summary>All kinds of devices.</summary>
    public static IEnumerable<GpuBackend> All() =>
    [
        new("ilgpu-cpu", () => 2, index => IlgpuDevice.OpenCpu(launches: index == 1)),
        new("cuda", () => IlgpuDevice.Count(AcceleratorType.Cuda), IlgpuDevice.OpenCuda),
        new("opencl", () => IlgpuDevice.Count(AcceleratorType.OpenCL), IlgpuDevice.OpenOpenCl),
    ];

    public override LoweredPlan Lower(Plan plan, ExecutableOptions options) => new LoweredGpuPlan(plan);

    protected override Executable Bind(Graph program, LoweredPlan lowered, ExecutableOptions options)
    {
        var plan = (LoweredGpuPlan)lowered;
        GpuDevice device = DeviceOf(options.Device.Index);
        return options.Precision == ElementType.F64
            ? new GpuExecutable<double>(program, plan, device, options)
            : new GpuExecutable<float>(program, plan, device, options);
    }

    // A thread reads whatever lies wherever: rows need no gap, and what is packed is a plain matrix. A product of all steps at once costs
    // one launch.
    protected override TargetTraits TraitsOf(ExecutableOptions options) => new()
    {
        PackedElements = (n, k, _, _) => (long)n * k,
        PanelWidth = _ => 1,
        RowGap = 0,
        RowsThatRepayPacking = int.MaxValue,
        PacksRows = false,
        RowLanes = Lanes(options),
        LoopDepth = int.MaxValue,
        Chunks = options.ChunkLimits == ChunkLimits.Usual ? new ChunkLimits(long.MaxValue, 1) : options.ChunkLimits,
    };

    private static int Lanes(ExecutableOptions options)
    {
        int lanes = options.RowLanes > 0 ? options.RowLanes : options.Precision == ElementType.F64 ? MostLanes / 2 : MostLanes;
        return lanes <= MostLanes && int.IsPow2(lanes)
            ? lanes
            : throw new ArgumentException($"RowLanes is {lanes}, wanted 1, 2, 4, 8 or 16 (change it, or leave it at 0)");
    }

    private GpuDevice DeviceOf(int index)
    {
        lock (devices)
        {
            if (!devices.TryGetValue(index, out GpuDevice? device))
                devices[index] = device = open(index);
            return device;
        }
    }
}
