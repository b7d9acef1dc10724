using RnnJit;
using static RnnJit.Rnn;

/// <summary>
/// Two memories: a gated one that follows every input, and one that follows the first at a pace which each unit learns
/// (at the beginning a tenth of the way per step) and speaks when the first one decides anew.
/// </summary>
[RnnCell]
public static partial class FastSlow
{
    public static (Value fast, Value slow) Step(Value x, Value fast, Value slow,
        Matrix Wz, Matrix Uz, Matrix Vz, [Init("1")] Vector bz, Matrix Wn, Matrix Un, Matrix Vn, Vector bn, [Init("-2.2")] Vector pace)
    {
        var z = Sigmoid(Wz * x + Uz * fast + Vz * slow + bz);
        var n = Tanh(Wn * x + Un * fast + Vn * slow + bn);
        var next = z * fast + (1 - z) * n;
        return (next, slow + Sigmoid(pace) * (next - slow));
    }
}
