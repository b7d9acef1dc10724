using RnnJit.Ir;

namespace RnnJit.Runtime;

/// <summary>Makes Programs executable on the devices of one kind.</summary>
public interface IBackend
{
    /// <summary>Name that a <see cref="Device"/> gives, in lower case.</summary>
    string Name { get; }

    /// <summary>Number of devices that this machine has.</summary>
    int Devices { get; }

    /// <summary>True where it stores weights in 16 bits and runs streams, whose memory the caller brings to each step.</summary>
    bool HasStreams { get; }

    /// <summary>Number of lanes in which sums of a row are accumulated under these options.</summary>
    /// <exception cref="ArgumentException"><see cref="ExecutableOptions.RowLanes"/> is a number of lanes that the backend does not
    /// have.</exception>
    int RowLanes(ExecutableOptions options);

    /// <exception cref="GraphException">A size is missing, a shared tensor does not fit, or RNNJ245: the plan takes
    /// more memory than is allowed.</exception>
    /// <exception cref="ArgumentException">An option cannot be met.</exception>
    Executable Create(Graph program, ExecutableOptions options);
}
