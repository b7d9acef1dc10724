using RnnJit.Ir;
using static RnnJit.Rnn;

namespace RnnJit.Networks;

public sealed partial class NetworkBuilder
{
    /// <summary>
    /// Noise of a shape, drawn anew at each step of a <c>Trainer</c> and 0 outside training: uniform in (−1, 1). It is the input
    /// <c>NAME.noise</c>, whose numbers depend on seed, update, name, row and unit, never on threads, schedule or device; <c>x + 0.1 *
    /// noise</c> is a noisy x.
    /// </summary>
    /// <exception cref="GraphException">RNNJ164: the name is taken.</exception>
    public Value UniformNoise(string name, params Dim[] dims) =>
        Declare(name + ".noise", new TensorType(ElementType.F32, dims), PortRole.Input, MaskPort.Noise);

    /// <summary>
    /// Noise of a shape, drawn anew at each step of a <c>Trainer</c> and 0 outside training: Gaussian with mean 0 and deviation 1, made of
    /// <see cref="UniformNoise"/> u as √2 · erf⁻¹(u). No number is beyond ±5.3, where a Gaussian has 1 of 10⁷.
    /// </summary>
    /// <exception cref="GraphException">RNNJ164: the name is taken.</exception>
    public Value GaussianNoise(string name, params Dim[] dims) => Math.Sqrt(2) * InverseErf(UniformNoise(name, dims));

    // Two polynomials in −ln(1 − u²), with a relative error of about 3.5e-7 (Giles 2011, Approximating the erfinv function, table 5).
    private static readonly double[] Central =
        [2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727,
            1.50140941];

    private static readonly double[] Tail =
        [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406,
            2.83297682];

    private static Value InverseErf(Value u)
    {
        Value w = -Log((1 - u) * (1 + u));
        return Select(Less(w, 5), Polynomial(Central, w - 2.5), Polynomial(Tail, Sqrt(w) - 3)) * u;
    }

    // The coefficient of the highest power comes first.
    private static Value Polynomial(double[] coefficients, Value x) =>
        coefficients.Skip(2).Aggregate((coefficients[0] * x) + coefficients[1], (sum, coefficient) => (sum * x) + coefficient);
}
