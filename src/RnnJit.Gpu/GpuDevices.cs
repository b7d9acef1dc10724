using RnnJit.Runtime;

namespace RnnJit.Gpu;

/// <summary>
/// Devices that ILGPU reaches, as backends: <c>ilgpu-cpu</c> on any machine, <c>cuda:N</c> and <c>opencl:N</c> where there are such.
/// </summary>
public static class GpuDevices
{
    private static readonly Lazy<bool> Installed = new(() =>
    {
        foreach (GpuBackend backend in GpuBackend.All())
            BackendRegistry.Install(backend);
        return true;
    });

    /// <summary>
    /// From now on <see cref="Device.Parse"/> knows these devices. No driver is asked before a device is. Calling it again changes nothing.
    /// </summary>
    public static void Install() => _ = Installed.Value;
}
