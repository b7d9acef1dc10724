using RnnJit.Gpu.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>The memory of a plan on a device, and the queue of its launches and copies, which happen in their order.</summary>
internal abstract class DeviceMemory(GpuDevice device, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs) : IDisposable
{
    public GpuDevice Device => device;

    /// <summary>Steps of loops that began in this run.</summary>
    public int Steps { get; set; }

    /// <summary>Time step and steps done before of the loops that run now, the outermost first.</summary>
    public List<(int T, int I)> Loops { get; } = [];

    /// <summary>Notes the time of each line of the plan; null in runs that are not profiled.</summary>
    public DeviceTimer? Timer { get; set; }

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

    /// <summary>Makes launches ready to be queued.</summary>
    public void Prepare(IEnumerable<DeviceOperation> operations)
    {
        foreach (DeviceOperation operation in operations)
        {
            if (operation is LaunchOperation launch)
                Prepare(launch);
            Prepare(operation.Inner);
        }
    }

    /// <summary>Copies a tensor to the device.</summary>
    public unsafe void UploadTensor(long offset, Tensor tensor)
    {
        Uploads++;
        Upload(offset, (byte*)tensor.Data, tensor.Bytes);
    }

    /// <summary>Copies a tensor from the device.</summary>
    public unsafe void DownloadTensor(long offset, Tensor tensor)
    {
        Downloads++;
        Download(offset, (byte*)tensor.Data, tensor.Bytes);
    }

    /// <summary>Queues a copy of native memory, which may change as soon as this returns.</summary>
    public abstract unsafe void Upload(long offset, byte* from, long bytes);

    /// <summary>Waits for all that was queued, and copies to native memory.</summary>
    public abstract unsafe void Download(long offset, byte* to, long bytes);

    /// <summary>Queues a copy from the memory of another plan on the same device, whose queue is empty.</summary>
    public abstract void CopyFrom(DeviceMemory other, long otherOffset, long offset, long bytes);

    /// <summary>Fills memory that no command reads before it is written.</summary>
    public abstract void Poison(long offset, long length, byte value);

    public abstract void Dispose();

    /// <summary>A timer of the queue for so many lines of a plan.</summary>
    public abstract DeviceTimer CreateTimer(int lines);

    /// <summary>Arguments with which a launch is queued.</summary>
    protected abstract void Prepare(LaunchOperation launch);
}
