using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Independently recurrent network: each unit sees its own past only (Li et al. 2018, arXiv:1803.04831,
/// equation 2, rectified units). x: [B, X], h: [B, H].</summary>
/// <remarks>u starts uniform in [0, 1), as the authors' code has it for rectified units; their bound on |u|, 2^(1/T), is not kept while
/// training.</remarks>
[RnnCell]
public static partial class IndRnn
{
    public static Value Step(Value x, Value h, Matrix W, [Init("uniform01")] Vector u, Vector b) => Relu(W * x + u * h + b);
}
