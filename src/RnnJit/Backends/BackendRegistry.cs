using RnnJit.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Backends;

/// <summary>Backends by name.</summary>
public static class BackendRegistry
{
    private static readonly List<IBackend> Installed =
        [new CpuBackend("cpu", () => KernelChain.Simd), new CpuBackend("scalar", () => KernelChain.Scalar), new InterpreterBackend()];

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
        }
    }

    /// <summary>The backend of a device.</summary>
    /// <exception cref="ArgumentException">There is none, or it has no device of that number.</exception>
    public static IBackend Of(Device device)
    {
        IBackend backend = All.FirstOrDefault(known => known.Name == device.Backend)
            ?? throw new ArgumentException($"The device is '{device}', wanted one of {string.Join(", ", All.Select(known => known.Name))} (change it, or install its backend)");
        return device.Index < backend.Devices
            ? backend
            : throw new ArgumentException($"The device is '{device}', but '{backend.Name}' has {backend.Devices} devices here (choose one below that number)");
    }
}
