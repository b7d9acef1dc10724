namespace RnnJit.Gpu.Kernels;

/// <summary>Arguments that differ from launch to launch of one operation: the rest stands in the table.</summary>
/// <param name="Place">First word of the operation in the table.</param>
/// <param name="T">Time step of the innermost loop.</param>
/// <param name="I">Steps of it that were done before.</param>
/// <param name="OuterT">Time step of the loop around it.</param>
/// <param name="OuterI">Steps of that that were done before.</param>
/// <param name="Number">Number of the launch within a run, from 1; 0 where nothing is checked.</param>
public readonly record struct DeviceLaunch(int Place, int T, int I, int OuterT, int OuterI, int Number)
{
    /// <summary>Threads that take turns on the one of the host; 0 on a device, which knows its own.</summary>
    public int HostThreads { get; init; }

    /// <summary>Which of them this is.</summary>
    public int HostThread { get; init; }

    /// <summary>The same of another operation.</summary>
    public DeviceLaunch At(int place) => new(place, T, I, OuterT, OuterI, Number) { HostThreads = HostThreads, HostThread = HostThread };
}
