using System.Globalization;

namespace RnnJit;

/// <summary>A device that Programs run on: a backend, and which of its devices where there are several.</summary>
public sealed record Device
{
    private Device(string backend, int index) => (Backend, Index) = (backend, index);

    /// <summary>The CPU: fused SIMD kernels, and matrix products of RnnJit's own.</summary>
    public static Device Cpu { get; } = new("cpu", 0);

    /// <summary>The CPU's plan with readable, checked scalar kernels: the debug form.</summary>
    public static Device Scalar { get; } = new("scalar", 0);

    /// <summary>Op by op in double precision (rounded to float32 after each op for F32): the oracle.</summary>
    public static Device Interpreter { get; } = new("interpreter", 0);

    /// <summary>Name of the backend, in lower case.</summary>
    public string Backend { get; }

    /// <summary>Number of the device, from 0.</summary>
    public int Index { get; }

    /// <summary>Reads a name such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    /// <exception cref="ArgumentException">The text is no name of a device, or no such backend is installed.</exception>
    public static Device Parse(string text)
    {
        string[] parts = text.ToLowerInvariant().Split(':');
        int index = 0;
        if (parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
            throw new ArgumentException($"The device is '{text}', wanted a name such as cpu or cuda:0 (change it)");
        var device = new Device(parts[0], index);
        DeviceNames.Require(device);
        return device;
    }

    public override string ToString() => Index == 0 ? Backend : FormattableString.Invariant($"{Backend}:{Index}");
}
