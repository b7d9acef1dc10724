using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Emit;

public class KernelEmitterTests
{
    [Test]
    public void A_product_used_once_becomes_part_of_the_sum()
    {
        string text = Emit("p = mul x, y\n z = sub x, p\n return z = z");
        Assert.That(text, Does.Contain("// p = mul x, y\n            // z = sub x, p\n            V z = V.MultiplyAdd(-x, y, x);"));
    }

    [Test]
    public void A_product_used_twice_stays_a_product()
    {
        string text = Emit("p = mul x, y\n z = add x, p\n return z = z\n return p = p");
        Assert.That(text, Does.Contain("V p = x * y;").And.Contain("V z = x + p;"));
    }

    [Test]
    public void What_no_output_needs_is_left_out()
    {
        Assert.That(Emit("p = exp x\n z = add x, 1\n return z = z"), Does.Not.Contain("Exp<"));
    }

    [Test]
    public void Functions_that_do_not_fit_inline_are_called()
    {
        string text = Emit(string.Concat(Enumerable.Range(0, 7).Select(
            i => $"s{i} = sigmoid {(i % 2 == 0 ? "x" : "y")}\n m{i} = mul s{i}, {(i == 0 ? "x" : "m" + (i - 1))}\n")) + "return z = m6");
        Assert.That(text, Does.Contain("s0 = VectorMath.Sigmoid").And.Contain("s6 = VectorCalls.Sigmoid"));
    }

    [Test]
    public void Passes_follow_from_the_depth_of_reductions()
    {
        string text = Emit("m = maximum[1] x\n d = sub x, m\n s = sum[1] d\n z = div d, s\n return z = z");
        Assert.That(text, Does.Contain("Columns3<Tail, V, T>").And.Not.Contain("Columns4"));
    }

    [Test]
    public void A_function_of_functions_begins_a_pass_that_reads_no_input()
    {
        string text =
            Emit("s = sigmoid x\n t = tanh y\n c = mul s, t\n u = tanh c\n v = sigmoid y\n z = mul v, u\n return c = c\n return z = z");
        string first =
            text[text.IndexOf("void Columns1", StringComparison.Ordinal)..text.IndexOf("void Columns2", StringComparison.Ordinal)],
            second = text[text.IndexOf("void Columns2", StringComparison.Ordinal)..];
        Assert.Multiple(() =>
        {
            Assert.That(first, Does.Contain("V v = ").And.Contain("A.Store<V, T>(c, ref cOut"));
            Assert.That(second, Does.Contain("V u = ").And.Not.Contain("xRow").And.Not.Contain("yRow"));
        });
    }

    [Test]
    public void Nothing_is_stored_before_a_pass_that_reads_an_input()
    {
        string text = Emit("s = sigmoid x\n u = tanh s\n z = add u, y\n return s = s\n return z = z");
        Assert.That(text[..text.IndexOf("void Columns2", StringComparison.Ordinal)], Does.Not.Contain("sOut"));
    }

    [Test]
    public void The_culture_makes_no_difference()
    {
        var before = Thread.CurrentThread.CurrentCulture;
        var german = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            Thread.CurrentThread.CurrentCulture = german;
            Assert.That(Emit("z = mul x, 0.1\n return z = z"), Does.Contain("V.Create(0.1)"));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    private static string Emit(string body) => KernelEmitter.Emit(
        KernelCanonical.Run(Parser.Parse("kernel K\n input x: f32[B, H]\n input y: f32[B, H]\n " + body)), SimdDialect.Instance, "K");
}
