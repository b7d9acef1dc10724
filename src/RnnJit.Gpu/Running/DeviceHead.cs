using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Gpu.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>The first bytes of the memory of a plan: the status words and, behind them, outputs of one element. One copy brings all of them.</summary>
internal sealed unsafe class DeviceHead : IDeviceValues, IDisposable
{
    private readonly DeviceMemory memory;
    private readonly NativeBuffer host;
    private readonly HostCopy all;
    private readonly HostCopy status;
    private readonly (Tensor Tensor, int Offset)[] scalars;
    private readonly string program;
    private bool isHere;
    private string? lost;

    /// <param name="scalars">Outputs of one element with their places.</param>
    public DeviceHead(DeviceMemory memory, string program, long bytes, (Tensor Tensor, int Offset)[] scalars)
    {
        (this.memory, this.program, this.scalars) = (memory, program, scalars);
        host = new NativeBuffer(bytes);
        all = memory.Beside(0, host.Data, bytes);
        status = memory.Beside(0, host.Data, DeviceStatus.Bytes);
        Begin();
    }

    private Span<long> Words => new(host.Data, DeviceStatus.Bytes / sizeof(long));

    /// <summary>Forgets what an earlier run found.</summary>
    public void Begin()
    {
        Words.Clear();
        Words[1] = Words[2] = DeviceStatus.None;
        memory.Upload(status);
        isHere = false;
    }

    /// <summary>Waits for the run. The number of the launch that found a wrong number, with the item, the number and its bound; 0 for none.</summary>
    public (int Number, int Item, int Found, int Bound) Fault()
    {
        Download();
        return Words[0] == 0 ? default : ((int)Words[0], (int)(Words[1] >> 32), (int)Words[1], (int)Words[2]);
    }

    /// <summary>Counts the change of all outputs of one element at the end of a run; those that came with the status words are read already.</summary>
    public void Change()
    {
        lost = null;
        foreach (var (tensor, offset) in scalars)
        {
            tensor.ChangeOn(this);
            if (isHere)
            {
                Copy(tensor, offset);
                tensor.Change();
            }
        }
    }

    /// <summary>Says that a run failed which may have written the outputs.</summary>
    public void Spoil()
    {
        foreach (var (tensor, _) in scalars)
        {
            if (tensor.IsOn(this))
                lost = $"The last run of '{program}' failed before its outputs were read, which have no values now (run it again)";
        }
    }

    public void Fetch()
    {
        lock (memory.Device.Running)
        {
            if (lost is not null)
                throw new InvalidOperationException(lost);
            if (!isHere)
                Download();
        }

        foreach (var (tensor, offset) in scalars)
        {
            if (tensor.IsOn(this))
                Copy(tensor, offset);
        }
    }

    public void Dispose() => host.Dispose();

    private void Download()
    {
        memory.Download(all);
        isHere = true;
    }

    private void Copy(Tensor tensor, int offset) => NativeMemory.Copy(host.Data + offset, tensor.Data, (nuint)tensor.ElementSize);
}
