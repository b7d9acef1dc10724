using System.Globalization;

namespace RnnJit;

/// <summary>Names of backends, and the number of devices of each.</summary>
internal static class DeviceNames
{
    private static readonly List<(string Name,
        Func<int> Devices)> Known = [("cpu", () => 1), ("scalar", () => 1), ("interpreter", () => 1)];

    /// <summary>Names of all devices of this machine; the call queries the drivers.</summary>
    public static IEnumerable<string> All => Backends.SelectMany(backend => Enumerable.Range(0, backend.Devices())
        .Select(index => index == 0 ? backend.Name : string.Create(CultureInfo.InvariantCulture, $"{backend.Name}:{index}")));

    private static (string Name, Func<int> Devices)[] Backends
    {
        get
        {
            lock (Known)
                return [.. Known];
        }
    }

    /// <summary>Adds a backend. One of the same name is replaced.</summary>
    public static void Add(string name, Func<int> devices)
    {
        lock (Known)
        {
            Known.RemoveAll(known => known.Name == name);
            Known.Add((name, devices));
        }
    }

    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static void Require(Device device)
    {
        if (!Backends.Any(known => known.Name == device.Backend && device.Index < known.Devices()))
            throw new ArgumentException(
                $"The device is '{device}', wanted one of {string.Join(", ", All)} (change it, or install its backend)");
    }
}
