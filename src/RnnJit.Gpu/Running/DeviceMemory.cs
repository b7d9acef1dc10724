using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using RnnJit.Gpu.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>The memory of a plan on a device, and the stream that its launches are queued on.</summary>
internal abstract class DeviceMemory(GpuDevice device, long bytes, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs) : IDisposable
{
    // A view of each piece of native memory is made once: nothing is allocated for a copy.
    private readonly Dictionary<(nint Address, long Length), MemoryBuffer> hostBuffers = [];

    public GpuDevice Device => device;

    protected AcceleratorStream Stream { get; } = device.Accelerator.CreateStream();

    protected MemoryBuffer1D<byte, Stride1D.Dense> Bytes { get; } = device.Accelerator.Allocate1D<byte>(bytes);

    /// <summary>Steps of loops that began in this run.</summary>
    public int Steps { get; set; }

    /// <summary>Time step and steps done before of the loops that run now, the outermost first.</summary>
    public List<(int T, int I)> Loops { get; } = [];

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

    /// <summary>Copies a tensor to the device.</summary>
    public void UploadTensor(long offset, ReadOnlySpan<byte> from)
    {
        Uploads++;
        Upload(offset, from);
    }

    /// <summary>Copies a tensor from the device.</summary>
    public void DownloadTensor(long offset, Span<byte> to)
    {
        Downloads++;
        Download(offset, to);
    }

    /// <summary>Queues a copy of native memory, which may change as soon as this returns.</summary>
    public void Upload(long offset, ReadOnlySpan<byte> from)
    {
        if (from.Length > 0)
            Host(ref MemoryMarshal.GetReference(from), from.Length).CopyTo(Stream, Place(offset, from.Length));
    }

    /// <summary>Waits for all that was queued, and copies to native memory.</summary>
    public void Download(long offset, Span<byte> to)
    {
        if (to.Length > 0)
            Place(offset, to.Length).CopyTo(Stream, Host(ref MemoryMarshal.GetReference(to), to.Length));
        Stream.Synchronize();
    }

    public void Fill(long offset, long length, byte value) => Bytes.MemSet(Stream, value, offset, length);

    public virtual void Dispose()
    {
        foreach (MemoryBuffer buffer in hostBuffers.Values)
            buffer.Dispose();
        Bytes.Dispose();
        Stream.Dispose();
    }

    private ArrayView<byte> Place(long offset, long length) => Bytes.View.SubView(offset, length);

    private unsafe ArrayView<byte> Host(ref byte first, long length)
    {
        nint address = (nint)Unsafe.AsPointer(ref first);
        if (!hostBuffers.TryGetValue((address, length), out MemoryBuffer? buffer))
            hostBuffers[(address, length)] = buffer = CPUMemoryBuffer.Create(device.Accelerator, address, length, 1);
        return buffer.AsRawArrayView();
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
