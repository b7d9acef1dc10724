using RnnJit.Cpu;
using RnnJit.Kernels;

namespace RnnJit.Runtime;

/// <summary>Backends by name.</summary>
public static class BackendRegistry
{
    private static readonly List<IBackend> Installed =
        [new CpuBackend("cpu", () => KernelChain.Simd, () => CpuWidth.Width), new CpuBackend("scalar", () => KernelChain.Scalar, () => 0),
            new InterpreterBackend()];

    /// <summary>All backends, in the order in which they were installed.</summary>
    public static IReadOnlyList<IBackend> All
    {
        get
        {
            lock (Installed)
                return [.. Installed];
        }
    }

    /// <summary>Adds a backend. One of the same name is replaced.</summary>
    public static void Install(IBackend backend)
    {
        lock (Installed)
        {
            Installed.RemoveAll(known => known.Name == backend.Name);
            Installed.Add(backend);
            DeviceNames.Add(backend.Name, () => backend.Devices);
        }
    }

    /// <summary>Names of all devices of this machine; the call queries the drivers.</summary>
    public static IEnumerable<string> Names => DeviceNames.All;

    /// <summary>The backend of a device.</summary>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static IBackend Of(Device device)
    {
        DeviceNames.Require(device);
        return All.First(known => known.Name == device.Backend);
    }
}
