using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using RnnJit.Gpu.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>Bytes of the host beside their place on a device.</summary>
internal readonly record struct HostCopy(ArrayView<byte> Host, ArrayView<byte> Device);

/// <summary>Bytes of the host with their address.</summary>
internal readonly record struct HostBytes(nint Host, HostCopy Copy);

/// <summary>The memory of a plan on a device, and the stream that its launches are queued on.</summary>
internal abstract class DeviceMemory(GpuDevice device, long bytes, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs) : IDisposable
{
    private readonly List<MemoryBuffer> hostBuffers = [];

    public GpuDevice Device => device;

    protected AcceleratorStream Stream { get; } = device.Accelerator.CreateStream();

    protected MemoryBuffer1D<byte, Stride1D.Dense> Bytes { get; } = device.Accelerator.Allocate1D<byte>(bytes);

    /// <summary>Steps of loops that began in this run.</summary>
    public int Steps { get; set; }

    /// <summary>Copies of tensors to the device so far.</summary>
    public long Uploads { get; private set; }

    /// <summary>Copies of tensors from the device so far.</summary>
    public long Downloads { get; private set; }

    /// <summary>Changes of the tensor that stands for an input.</summary>
    public long VersionOf(PlanBuffer buffer) => inputs[buffer].Version;

    /// <summary>A number of a launch that no other step of this run has; see <see cref="CheckOf"/>.</summary>
    public int NumberOf(int check) => unchecked((int)((((long)Steps * checks) + check - 1) % int.MaxValue)) + 1;

    /// <summary>The check that a number stands for, from 1.</summary>
    public int CheckOf(int number) => ((number - 1) % checks) + 1;

    public abstract void Launch(LaunchOperation launch, DeviceLaunch where);

    /// <summary>Gives launches the delegates that they are queued with.</summary>
    public abstract void Prepare(IEnumerable<DeviceOperation> operations);

    /// <summary>Makes bytes of the host ready to be copied; they stay where they are as long as this lives.</summary>
    public unsafe HostCopy Beside(long offset, void* host, long length)
    {
        if (length == 0)
            return default;
        MemoryBuffer buffer = CPUMemoryBuffer.Create(device.Accelerator, (nint)host, length, 1);
        hostBuffers.Add(buffer);
        return new HostCopy(buffer.AsRawArrayView(), Bytes.View.SubView(offset, length));
    }

    /// <summary>Takes bytes of the host beside some of the device.</summary>
    public HostBytes Beside(long offset, long length)
    {
        MemoryBuffer buffer = CPUMemoryBuffer.Create(device.Accelerator, Math.Max(length, 1), 1);
        hostBuffers.Add(buffer);
        return new HostBytes(buffer.NativePtr, length == 0 ? default : new HostCopy(buffer.AsRawArrayView(), Bytes.View.SubView(offset, length)));
    }

    public void UploadTensor(in HostCopy copy)
    {
        Uploads++;
        Upload(copy);
    }

    public void DownloadTensor(in HostCopy copy)
    {
        Downloads++;
        Download(copy);
    }

    public void Upload(in HostCopy copy)
    {
        if (copy.Host.Length > 0)
            copy.Host.CopyTo(Stream, copy.Device);
    }

    /// <summary>Copies behind all launches that were queued, and waits for it.</summary>
    public void Download(in HostCopy copy)
    {
        if (copy.Host.Length > 0)
            copy.Device.CopyTo(Stream, copy.Host);
        Stream.Synchronize();
    }

    public void Fill(long offset, long length, byte value) => Bytes.MemSet(Stream, value, offset, length);

    public virtual void Dispose()
    {
        foreach (MemoryBuffer buffer in hostBuffers)
            buffer.Dispose();
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
