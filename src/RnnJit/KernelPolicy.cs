namespace RnnJit;

/// <summary>The kernels with which a plan may run.</summary>
public enum KernelPolicy
{
    /// <summary>Kernels, loops and ops that nobody compiled are interpreted, with the same results; RNNJ220 or RNNJ222 warns
    /// once.</summary>
    AllowInterpreted,

    /// <summary>A plan of which anything would be interpreted is refused with an <see cref="InterpretedKernelException"/>.</summary>
    CompiledOnly,
}
