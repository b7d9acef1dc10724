using RnnJit.Ir;

namespace RnnJit;

/// <summary>A plan would run kernels, loops or ops in the interpreter, which <see cref="KernelPolicy.CompiledOnly"/> refuses.</summary>
public sealed class InterpretedKernelException : RnnJitException
{
    internal InterpretedKernelException(string message, IReadOnlyList<string> kernels)
        : base(LongSentence.Shortened(message)) => Kernels = kernels;

    /// <summary>The kernels as a plan prints them; empty where a loop or an op is interpreted.</summary>
    public IReadOnlyList<string> Kernels { get; }
}
