using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>
/// A tensor of the host with its place in the memory of a plan: copied there after it changed, and back when somebody reads it.
/// </summary>
/// <param name="name">Of the input or output, for messages.</param>
/// <param name="offset">Its first byte in the memory.</param>
internal sealed class DeviceTensor(DeviceMemory memory, string program, string name, Tensor tensor, long offset) : IDeviceValues
{
    private const long NotThere = -1;

    private readonly DeviceMemory memory = memory;
    private readonly long offset = offset;

    private long version = NotThere;
    private string? lost;

    public Tensor Tensor => tensor;

    /// <summary>True if the device has the tensor's newest values.</summary>
    public bool IsCurrent => version == tensor.Version;

    // The place in the memory of another plan on this device where the newest values are; null where they are elsewhere, or gone.
    private DeviceTensor? Neighbour =>
        tensor.Newest is DeviceTensor { lost: null } other && other.memory.Device == memory.Device ? other : null;

    /// <summary>Brings the newest values to the host, unless this device has them already.</summary>
    public void FetchFromOthers()
    {
        if (!IsCurrent && Neighbour is null)
            tensor.Fetch();
    }

    /// <summary>
    /// Copies the tensor to the place if it changed since: from the memory of another plan on this device, or from the host.
    /// </summary>
    public void Upload()
    {
        if (IsCurrent)
            return;
        if (Neighbour is { } other)
            memory.CopyFrom(other.memory, other.offset, offset, tensor.Bytes);
        else
            memory.UploadTensor(offset, tensor);
        version = tensor.Version;
    }

    /// <summary>Counts a change that a run made on the device.</summary>
    public void Change()
    {
        lost = null;
        tensor.ChangeOn(this);
        version = tensor.Version;
    }

    public void Fetch()
    {
        lock (memory.Device.Running)
        {
            if (lost is not null)
                throw new InvalidOperationException(lost);
            memory.DownloadTensor(offset, tensor);
        }
    }

    /// <summary>Says that a run failed which may have written the place.</summary>
    public void Spoil()
    {
        version = NotThere;
        if (tensor.IsOn(this))
            lost = $"The last run of '{program}' failed before '{name}' was read, which has no values now (run it again)";
    }

    /// <summary>Brings values of a tensor that outlives the memory of the plan to the host.</summary>
    public void Release()
    {
        if (!tensor.IsOn(this) || !tensor.Memory.TryEnter())
            return;
        try
        {
            tensor.Fetch();
        }
        catch (Exception e)
        {
            lost = $"'{program}' was disposed before '{name}' was read, and the device gave no values: {e.Message} "
                + "(read what is needed before Dispose)";
        }
        finally
        {
            tensor.Memory.Exit();
        }
    }
}
