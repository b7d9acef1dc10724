/// <summary>Two memories of one candidate: a quick one that a gate overwrites, and a calm one that follows it at a fixed rate; a gate mixes what both say.</summary>
[RnnCell]
public static partial class TwoSpeed
{
    public static (Value h, Value quick, Value calm) Step(Value x, Value h, Value quick, Value calm,
        Matrix Wf, Matrix Uf, [Init("ones")] Vector bf, Matrix Wg, Matrix Ug, Vector bg, Matrix Wo, Matrix Uo, Vector bo,
        float rate = 0.1f)
    {
        var f = Sigmoid(Wf * x + Uf * h + bf);
        var g = Tanh(Wg * x + Ug * h + bg);
        var o = Sigmoid(Wo * x + Uo * h + bo);
        var fast = f * quick + (1 - f) * g;
        var slow = calm + rate * (fast - calm);
        return (o * Tanh(fast) + (1 - o) * Tanh(slow), fast, slow);
    }
}
