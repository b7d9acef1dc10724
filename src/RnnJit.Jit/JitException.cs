namespace RnnJit.Jit;

/// <summary>Code could not be compiled or loaded in memory.</summary>
public sealed class JitException(string message) : RnnJitException(message);
