using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using RnnJit.Gpu.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>Memory of ILGPU, with views of a precision, and a stream.</summary>
internal sealed class IlgpuMemory<T> : DeviceMemory
    where T : unmanaged
{
    private const long Multiple = 256;

    // A view of each piece of native memory is made once: nothing is allocated for a copy.
    private readonly Dictionary<(nint Address, long Length), MemoryBuffer> hostBuffers = [];
    private readonly IlgpuDevice device;
    private readonly AcceleratorStream stream;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> memory;
    private readonly MemoryBuffer1D<long, Stride1D.Dense> tableBuffer;
    private readonly ArrayView<T> reals;
    private readonly ArrayView<int> integers;
    private readonly ArrayView<long> table;

    public IlgpuMemory(IlgpuDevice device, long bytes, long[] table, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs)
        : base(device, checks, inputs)
    {
        this.device = device;
        stream = device.Accelerator.CreateStream();
        memory = device.Accelerator.Allocate1D<byte>((bytes + Multiple - 1) / Multiple * Multiple);
        tableBuffer = device.Accelerator.Allocate1D(table.Length == 0 ? [0L] : table);
        this.table = tableBuffer.View;
        ArrayView<byte> all = memory.View;
        (reals, integers) = (all.Cast<T>(), all.Cast<int>());
    }

    private delegate void Body(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch);

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, ArrayView<T> reals, ArrayView<int> integers,
        ArrayView<long> table, DeviceLaunch launch);

    public override void Launch(LaunchOperation launch, DeviceLaunch where)
    {
        if (!device.CallsKernels)
        {
            Unsafe.As<Launcher>(launch.Launcher!)(stream, launch.Config, reals, integers, table, where);
            return;
        }

        int threads = launch.Config.GridDim.X * launch.Config.GroupDim.X;
        for (int thread = 0; thread < threads; thread++)
            Unsafe.As<Body>(launch.Launcher!)(reals, integers, table, where with { HostThreads = threads, HostThread = thread });
    }

    public override unsafe void Upload(long offset, byte* from, long bytes)
    {
        if (bytes > 0)
            Host((nint)from, bytes).CopyTo(stream, Place(offset, bytes));
    }

    public override unsafe void Download(long offset, byte* to, long bytes)
    {
        if (bytes > 0)
            Place(offset, bytes).CopyTo(stream, Host((nint)to, bytes));
        stream.Synchronize();
    }

    public override void CopyFrom(DeviceMemory other, long otherOffset, long offset, long bytes)
    {
        if (bytes > 0)
            ((IlgpuMemory<T>)other).Place(otherOffset, bytes).CopyTo(stream, Place(offset, bytes));
    }

    public override DeviceTimer CreateTimer(int lines) => new EventTimer(stream, lines);

    public override void Poison(long offset, long length, byte value) => memory.MemSet(stream, value, offset, length);

    public override void Dispose()
    {
        foreach (MemoryBuffer buffer in hostBuffers.Values)
            buffer.Dispose();
        tableBuffer.Dispose();
        memory.Dispose();
        stream.Dispose();
    }

    protected override void Prepare(LaunchOperation launch) => launch.Launcher =
        device.CallsKernels ? launch.Method.CreateDelegate<Body>() : device.Load(launch.Method).CreateLauncherDelegate<Launcher>();

    private ArrayView<byte> Place(long offset, long length) => memory.View.SubView(offset, length);

    private ArrayView<byte> Host(nint address, long length)
    {
        if (!hostBuffers.TryGetValue((address, length), out MemoryBuffer? buffer))
            hostBuffers[(address, length)] = buffer = CPUMemoryBuffer.Create(device.Accelerator, address, length, 1);
        return buffer.AsRawArrayView();
    }
}
