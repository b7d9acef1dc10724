using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>NaN, ±∞ and −0 go through kernels as the ops say.</summary>
public class SpecialValueTests
{
    private static readonly double[] Special =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 0.0, 1, -1, 2.25, -2.25];

    [Test]
    public void Comparisons_selections_and_extremes_are_exact(
        [Values("less", "lessequal", "equal", "select", "max", "min", "abs", "floor", "neg", "relu", "detach", "sqrt")] string name,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        var op = (Ops.ElementwiseOp)Ops.OpTable.Read(name, "");
        Graph kernel = KernelTexts.Read(
            "kernel S\n" + string.Concat(Enumerable.Range(0, op.Arity).Select(i => $"input x{i}: f32[R, N]\n"))
            + $"y = {name} {string.Join(", ", Enumerable.Range(0, op.Arity).Select(i => "x" + i))}\nreturn y = y");
        int n = (int)Math.Pow(Special.Length, op.Arity);
        NdArray[] inputs = Enumerable.Range(0, op.Arity)
            .Select(i => new NdArray([1, n],
                Enumerable.Range(0, n).Select(k => Special[k / (int)Math.Pow(Special.Length, i) % Special.Length]).ToArray())).ToArray();
        KernelBody body = JitKernelProvider.Simd.Find(kernel, real);
        NdArray found = (real == ElementType.F32 ? new KernelRun<float>(kernel, 1, n)
            .Run(body, inputs) : new KernelRun<double>(kernel, 1, n).Run(body, inputs))[0];
        for (int k = 0; k < n; k++)
        {
            double wanted = op.Evaluate(inputs.Select(x => x.Data[k]).ToArray());
            Assert.That(Text(found.Data[k]), Is.EqualTo(Text(wanted)), string.Join(", ", inputs.Select(x => Text(x.Data[k]))));
        }
    }

    // Simplify takes the inner op away; the last two are controls, which it must leave.
    [TestCase("relu", "relu", ExpectedResult = true)]
    [TestCase("abs", "abs", ExpectedResult = true)]
    [TestCase("abs", "neg", ExpectedResult = true)]
    [TestCase("floor", "floor", ExpectedResult = true)]
    [TestCase("relu", "neg", ExpectedResult = false)]
    [TestCase("neg", "abs", ExpectedResult = false)]
    public bool An_op_that_absorbs_another_has_its_bits(string outer, string inner)
    {
        bool Same(ElementType real) =>
            Signed($"y = {inner} x\nz = {outer} y\nreturn z = z", real).SequenceEqual(Signed($"z = {outer} x\nreturn z = z", real));
        bool single = Same(ElementType.F32);
        Assert.That(Same(ElementType.F64), Is.EqualTo(single));
        return single;
    }

    [Test]
    public void The_debug_form_names_the_value_that_is_not_finite()
    {
        Graph kernel = KernelTexts.Read("kernel D\n input x: f32[B, H]\n ratio = div 1, x\n return y = ratio");
        KernelBody body = JitKernelProvider.Checked.Find(kernel, ElementType.F32);
        NdArray[] inputs = [new NdArray([2, 3], [1, 2, 3, 4, 0, 6])];
        var error = Assert.Throws<NumericException>(() => new KernelRun<float>(kernel, 2, 3).Run(body, inputs));
        Assert.That((error!.Value, error.Row, error.Column, error.Number), Is.EqualTo(("ratio", 1, 1, double.PositiveInfinity)));
    }

    // The bits of what a kernel makes of special numbers, NaN of either sign among them.
    private static IEnumerable<long> Signed(string lines, ElementType real)
    {
        Graph kernel = KernelTexts.Read("kernel S\ninput x: f32[R, N]\n" + lines);
        double[] x = [.. Special, -double.NaN];
        KernelBody body = JitKernelProvider.Simd.Find(kernel, real);
        NdArray[] inputs = [new NdArray([1, x.Length], x)];
        NdArray found = (real == ElementType.F32
            ? new KernelRun<float>(kernel, 1, x.Length).Run(body, inputs)
            : new KernelRun<double>(kernel, 1, x.Length).Run(body, inputs))[0];
        return found.Data.Select(BitConverter.DoubleToInt64Bits);
    }

    private static string Text(double x) => double.IsNaN(x) ? "NaN" : Ops.ConstantOp.Format(x);
}
