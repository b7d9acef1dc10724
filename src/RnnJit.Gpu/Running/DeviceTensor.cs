using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>
/// A tensor of the host with its place in the memory of a plan: copied there after it changed, and back when somebody reads it.
/// </summary>
/// <param name="name">Of the input or output, for messages.</param>
/// <param name="offset">Its first byte in the memory.</param>
internal sealed unsafe class DeviceTensor(DeviceMemory memory, string program, string name, Tensor tensor, long offset) : IDeviceValues
{
    private const long NotThere = -1;

    private long version = NotThere;
    private string? lost;

    public Tensor Tensor => tensor;

    private Span<byte> Bytes => new(tensor.Data, checked(tensor.Length * tensor.ElementSize));

    /// <summary>True where the device has what the tensor holds.</summary>
    public bool IsCurrent => version == tensor.Version;

    /// <summary>Copies the tensor to the device if it changed since. Its newest values are on the host.</summary>
    public void Upload()
    {
        if (IsCurrent)
            return;
        memory.UploadTensor(offset, Bytes);
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
            memory.DownloadTensor(offset, Bytes);
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
