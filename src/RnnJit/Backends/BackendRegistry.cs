using System.Globalization;
using RnnJit.Cpu;
using RnnJit.Kernels;
using RnnJit.Runtime;

namespace RnnJit.Backends;

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
        }
    }

    /// <summary>Names of all devices of this machine. Drivers are asked for theirs.</summary>
    public static IEnumerable<string> Names => All.SelectMany(backend => Enumerable.Range(0, backend.Devices)
        .Select(index => index == 0 ? backend.Name : string.Create(CultureInfo.InvariantCulture, $"{backend.Name}:{index}")));

    /// <summary>The backend of a device.</summary>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static IBackend Of(Device device) => All.FirstOrDefault(known => known.Name == device.Backend && device.Index < known.Devices)
        ?? throw new ArgumentException(
            $"The device is '{device}', wanted one of {string.Join(", ", Names)} (change it, or install its backend)");
}
