using RnnJit;
using static RnnJit.Rnn;

/// <summary>
/// The state moves towards what the input suggests, by a gain that the squared innovation opens: a surprise is believed at once, agreement
/// changes little (the correction step of a Kalman filter with a learned gain).
/// </summary>
[RnnCell]
public static partial class Innovation
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b, Matrix V, Matrix G, [Init("1")] Vector a)
    {
        var guess = Tanh(W * x + U * h + b);
        var innovation = guess - h;
        var gain = Sigmoid(V * (innovation * innovation) + G * x + a);
        return h + gain * innovation;
    }
}
