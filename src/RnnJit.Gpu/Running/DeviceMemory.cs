using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using RnnJit.Gpu.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>The memory of a plan on a device, and the stream that its launches are queued on.</summary>
internal abstract class DeviceMemory(GpuDevice device, long bytes, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs) : IDisposable
{
    private readonly long[] status = new long[DeviceStatus.Bytes / sizeof(long)];

    protected AcceleratorStream Stream { get; } = device.Accelerator.CreateStream();

    protected MemoryBuffer1D<byte, Stride1D.Dense> Bytes { get; } = device.Accelerator.Allocate1D<byte>(bytes);

    /// <summary>Steps of loops that began in this run.</summary>
    public int Steps { get; set; }

    /// <summary>Copies of tensors of the caller so far.</summary>
    public long Uploads { get; private set; }

    /// <summary>Changes of the tensor that stands for an input.</summary>
    public long VersionOf(PlanBuffer buffer) => inputs[buffer].Version;

    /// <summary>A number of a launch that no other step of this run has, see <see cref="Fault"/>.</summary>
    public int NumberOf(int check) => unchecked((int)((((long)Steps * checks) + check - 1) % int.MaxValue)) + 1;

    public abstract void Launch(LaunchOperation launch, DeviceLaunch where);

    /// <summary>Gives launches the delegates that they are queued with.</summary>
    public abstract void Prepare(IEnumerable<DeviceOperation> operations);

    /// <summary>Copies a tensor of the caller.</summary>
    public void UploadTensor(long offset, ReadOnlySpan<byte> from)
    {
        Uploads++;
        Upload(offset, from);
    }

    public void Upload(long offset, ReadOnlySpan<byte> from)
    {
        if (from.Length > 0)
            Bytes.View.SubView(offset, from.Length).CopyFromCPU(Stream, ref MemoryMarshal.GetReference(from), from.Length);
    }

    public void Download(long offset, Span<byte> to)
    {
        if (to.Length == 0)
            return;
        Stream.Synchronize();
        Bytes.View.SubView(offset, to.Length).CopyToCPU(Stream, ref MemoryMarshal.GetReference(to), to.Length);
        Stream.Synchronize();
    }

    public void Fill(long offset, long length, byte value) => Bytes.MemSet(Stream, value, offset, length);

    /// <summary>Forgets what an earlier run found.</summary>
    public void Begin()
    {
        Steps = 0;
        Array.Clear(status);
        status[1] = status[2] = DeviceStatus.None;
        Upload(0, MemoryMarshal.AsBytes(status.AsSpan()));
    }

    /// <summary>The number of the command that found a wrong number, from 1, with the item, the number and its bound; 0 for none.</summary>
    public (int Check, int Item, int Found, int Bound) Fault()
    {
        Download(0, MemoryMarshal.AsBytes(status.AsSpan()));
        int number = (int)status[0];
        return number == 0 ? default : (((number - 1) % checks) + 1, (int)(status[1] >> 32), (int)status[1], (int)status[2]);
    }

    public virtual void Dispose()
    {
        Bytes.Dispose();
        Stream.Dispose();
    }
}

/// <summary>The same with views of a precision.</summary>
internal sealed class DeviceMemory<T> : DeviceMemory
    where T : unmanaged
{
    private readonly GpuDevice device;
    private readonly MemoryBuffer1D<long, Stride1D.Dense> tableBuffer;
    private readonly ArrayView<T> reals;
    private readonly ArrayView<int> integers;
    private readonly ArrayView<long> table;

    public DeviceMemory(GpuDevice device, long bytes, long[] table, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs)
        : base(device, (bytes + 255) / 256 * 256, checks, inputs)
    {
        this.device = device;
        tableBuffer = device.Accelerator.Allocate1D(table.Length == 0 ? [0L] : table);
        this.table = tableBuffer.View;
        ArrayView<byte> all = Bytes.View;
        (reals, integers) = (all.Cast<T>(), all.Cast<int>());
    }

    private delegate void Body(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch);

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, ArrayView<T> reals, ArrayView<int> integers,
        ArrayView<long> table, DeviceLaunch launch);

    public override void Prepare(IEnumerable<DeviceOperation> operations)
    {
        foreach (DeviceOperation operation in operations)
        {
            if (operation is LaunchOperation launch)
                launch.Launcher = device.CallsKernels ? launch.Method.CreateDelegate<Body>()
                    : device.Load(launch.Method).CreateLauncherDelegate<Launcher>();
            Prepare(operation.Inner);
        }
    }

    public override void Launch(LaunchOperation launch, DeviceLaunch where)
    {
        if (!device.CallsKernels)
        {
            Unsafe.As<Launcher>(launch.Launcher!)(Stream, launch.Config, reals, integers, table, where);
            return;
        }

        int threads = launch.Config.GridDim.X * launch.Config.GroupDim.X;
        for (int thread = 0; thread < threads; thread++)
            Unsafe.As<Body>(launch.Launcher!)(reals, integers, table, where with { HostThreads = threads, HostThread = thread });
    }

    public override void Dispose()
    {
        tableBuffer.Dispose();
        base.Dispose();
    }
}
