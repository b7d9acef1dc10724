using static RnnJit.Rnn;

namespace RnnJit.Cells;

/// <summary>Independently recurrent network: each unit sees its own past only (Li et al. 2018, arXiv:1803.04831,
/// equation 2, rectified units).</summary>
[RnnCell]
public static partial class IndRnn
{
    public static Value Step(Value x, Value h, Matrix W, [Init("uniform")] Vector u, Vector b) => Relu(W * x + u * h + b);
}
