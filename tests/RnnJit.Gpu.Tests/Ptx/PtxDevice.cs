using System.Reflection;
using System.Runtime.InteropServices;
using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>
/// A device whose launches are executed as PTX on this processor: <c>ptx</c>, <c>ptx:1</c> and <c>ptx:2</c> for the three orders of warps.
/// </summary>
/// <param name="edit">Changes texts before they are read; null for none.</param>
internal sealed class PtxDevice(PtxOrder order, Func<string, string>? edit = null) : GpuDevice(Group, Groups)
{
    // Two warps a group, and more units than threads in many launches.
    private const int Group = 64, Groups = 3;

    public static void Install() => BackendRegistry.Install(
        new GpuBackend("ptx", () => Enum.GetValues<PtxOrder>().Length, index => new PtxDevice((PtxOrder)index)));

    public override DeviceMemory Allocate<T>(long bytes, long[] table, int checks, IReadOnlyDictionary<PlanBuffer, Tensor> inputs) =>
        new Memory(this, order, edit ?? (text => text), Marshal.SizeOf<T>(), bytes, table, checks, inputs);

    /// <summary>Memory that knows which of its bytes were written, and the kernels of a plan.</summary>
    private sealed class Memory : DeviceMemory
    {
        private readonly PtxMemory ranges = new();
        private readonly Dictionary<MethodInfo, PtxMachine> machines = [];
        private readonly PtxOrder order;
        private readonly Func<string, string> edit;
        private readonly int size;
        private readonly PtxRange all;
        private readonly PtxRange words;
        private int launches;

        public Memory(GpuDevice device, PtxOrder order, Func<string, string> edit, int size, long bytes, long[] table, int checks,
            IReadOnlyDictionary<PlanBuffer, Tensor> inputs)
            : base(device, checks, inputs)
        {
            (this.order, this.edit, this.size) = (order, edit, size);
            all = ranges.Add("memory", bytes);
            words = ranges.Add("table", table.Length * sizeof(long));
            words.Write(0, MemoryMarshal.AsBytes<long>(table));
        }

        public override void Launch(LaunchOperation launch, DeviceLaunch where) => machines[launch.Method].Launch(new PtxLaunch(ranges,
            ++launches, launch.Config.GridDim.X, launch.Config.GroupDim.X, Parameters(where), order));

        public override unsafe void Upload(long offset, byte* from, long bytes) =>
            all.Write(offset, new ReadOnlySpan<byte>(from, checked((int)bytes)));

        public override unsafe void Download(long offset, byte* to, long bytes) =>
            all.Read(offset, new Span<byte>(to, checked((int)bytes)));

        public override void CopyFrom(DeviceMemory other, long otherOffset, long offset, long bytes)
        {
            var copy = new byte[checked((int)bytes)];
            ((Memory)other).all.Read(otherOffset, copy);
            all.Write(offset, copy);
        }

        public override DeviceTimer CreateTimer(int lines) => new MarkCounter(lines);

        public override void Poison(long offset, long length, byte value) => all.Poison(offset, length, value);

        public override void Dispose()
        {
        }

        protected override void Prepare(LaunchOperation launch)
        {
            if (!machines.ContainsKey(launch.Method))
                machines[launch.Method] = new PtxMachine(edit(PtxCompiler.Of(launch.Method)));
        }

        // Views of reals, integers and the table, each a pointer and a length; then the words of the launch.
        private byte[] Parameters(DeviceLaunch where)
        {
            long[] views = [(long)all.Start, all.Bytes / size, (long)all.Start, all.Bytes / sizeof(int), (long)words.Start,
                words.Bytes / sizeof(long)];
            return [.. MemoryMarshal.AsBytes<long>(views), .. MemoryMarshal.AsBytes(new ReadOnlySpan<DeviceLaunch>(in where))];
        }
    }
}
