using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Gpu.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Running;

/// <summary>
/// The first bytes of the memory of a plan: the status words, followed by the outputs of one element. Each run ends with one copy of them.
/// </summary>
internal sealed unsafe class DeviceHead : IDisposable
{
    private readonly DeviceMemory memory;
    private readonly NativeBuffer host;
    private readonly (Tensor Tensor, int Offset)[] scalars;

    /// <param name="scalars">Outputs of one element with their places.</param>
    public DeviceHead(DeviceMemory memory, long bytes, (Tensor Tensor, int Offset)[] scalars)
    {
        (this.memory, this.scalars) = (memory, scalars);
        host = new NativeBuffer(bytes);
    }

    private Span<long> Words => new(host.Data, DeviceStatus.Bytes / sizeof(long));

    /// <summary>Forgets what an earlier run found.</summary>
    public void Begin()
    {
        Words.Clear();
        Words[1] = Words[2] = DeviceStatus.None;
        memory.Upload(0, host.Data, DeviceStatus.Bytes);
    }

    /// <summary>
    /// Waits for the run. The number of the launch that found a wrong number, with the item, the number and its bound; 0 for none.
    /// </summary>
    public (int Number, int Item, int Found, int Bound) Fault()
    {
        memory.Download(0, host.Data, host.Length);
        return Words[0] == 0 ? default : ((int)Words[0], (int)(Words[1] >> 32), (int)Words[1], (int)Words[2]);
    }

    /// <summary>Writes the outputs of one element at the end of a run.</summary>
    public void Change()
    {
        foreach (var (tensor, offset) in scalars)
        {
            NativeMemory.Copy(host.Data + offset, tensor.Data, (nuint)tensor.ElementSize);
            tensor.Change();
        }
    }

    public void Dispose() => host.Dispose();
}
