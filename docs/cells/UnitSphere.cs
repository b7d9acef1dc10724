/// <summary>A gated unit without squashing: after each step the state is brought back to a root mean square of one, then scaled unit by unit.</summary>
[RnnCell]
public static partial class UnitSphere
{
    public static (Value y, Value h) Step(Value x, Value h, Matrix Wz, Matrix Uz, Vector bz, Matrix Wn, Matrix Un, Vector bn, [Init("ones")] Vector s)
    {
        var z = Sigmoid(Wz * x + Uz * h + bz);
        var n = Wn * x + Relu(Un * h + bn);
        var next = h + z * (n - h);
        var size = Sqrt(Mean(next * next) + 1e-3f);
        return (s * (next / size), next / size);
    }
}
