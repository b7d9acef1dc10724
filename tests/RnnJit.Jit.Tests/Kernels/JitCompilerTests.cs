using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit.Tests.Kernels;

public class JitCompilerTests
{
    [Test]
    public void Emitted_code_has_no_warnings_whatever_the_names()
    {
        var b = new GraphBuilder();
        Value x = b.Label(b.Input("x", new TensorType(ElementType.F32, "B", "H")), "in");
        Value y = b.Label(x * b.Constant(-0.0), "j");
        Value z = b.Label(y + b.Constant(double.NaN), "c'");
        Value w = b.Label(z / b.Constant(0.1), "2 \"quoted\" <names>");
        Value v = b.Label(Rnn.Sum(w), "V");
        Value u = b.Label(v * x, "j");
        Graph kernel = KernelCanonical.Run(
            b.Build("kernel", "names", [("a", u, OutputRole.Result), ("b", v, OutputRole.Result), ("c", w, OutputRole.Result)]));
        string[] texts = [KernelEmitter.Emit(kernel, SimdDialect.Instance, "First", "x < y & z"),
            KernelEmitter.Emit(kernel, ScalarDialect.Instance, "Second")];
        Assert.That(JitCompiler.Compilation(texts, JitReferences.References, nullable: true).GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity > Microsoft.CodeAnalysis.DiagnosticSeverity.Hidden), Is.Empty);
    }

    [Test]
    public void Text_that_is_no_program_is_refused_with_its_place()
    {
        var error = Assert.Throws<JitException>(() => JitCompiler.Compile(["class A { int x = y; }"]));
        Assert.That(error!.Message, Does.Contain("(1,19)").And.Contain("CS0103"));
    }

    // Nobody waits for it, so nobody would see it fail.
    [Test]
    public async Task Warming_up_ends_well_and_is_done_once()
    {
        Task warm = JitKernels.WarmUp();
        await warm;
        Assert.That(JitKernels.WarmUp(), Is.SameAs(warm));
    }

    [Test]
    public void Names_make_no_difference_to_the_text_of_a_kernel()
    {
        string other = KernelTexts.LayerNorm.Replace("gain", "scale").Replace("H", "W").Replace("LayerNorm", "Other");
        Assert.That(Text.Printer.Print(KernelTexts.Read(other)), Is.EqualTo(Text.Printer.Print(KernelTexts.Read(KernelTexts.LayerNorm))));
    }

    [Test]
    public void Threads_that_ask_for_one_kernel_get_one()
    {
        Graph kernel = KernelTexts.Read("kernel T\n input x: f32[B, H]\n y = mul x, 1.2345\n return y = y");
        var provider = new JitKernelProvider(SimdDialect.Instance, "jit");
        var bodies = new KernelBody[8];
        Parallel.For(0, bodies.Length, i => bodies[i] = provider.Find(kernel, ElementType.F32));
        Assert.That(bodies.Select(body => body.Method.Module).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_chain_asks_in_order_and_prepares_only_what_is_missing()
    {
        Graph kernel = KernelTexts.Read("kernel C\n input x: f32[B, H]\n y = mul x, 2.5\n return y = y");
        var chain = new KernelChain(new RegistryKernelProvider(), new InterpretedKernelProvider());
        chain.Prepare([kernel], ElementType.F32);
        Assert.That(chain.Find(kernel, ElementType.F32).Provider, Is.EqualTo("interpreted"));
        Assert.That(() => new KernelChain(new RegistryKernelProvider()).Find(kernel, ElementType.F32),
            Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ183"));
    }

    [Test]
    public void What_is_no_kernel_is_refused_with_a_reason()
    {
        Assert.That(
            () => KernelTexts.Read("kernel K\n input x: f32[B, H]\n input y: f32[B, H]\n z = contract[ab,cb->ac] x, y\n return z = z"),
            Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ181"));
        Assert.That(() => KernelTexts.Read("kernel K\n input x: f32[T, B, H]\n y = tanh x\n return y = y"),
            Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ180"));
        Assert.That(() => KernelTexts.Read("kernel K\n input x: f32[H]\n y = tanh x\n return y = y"),
            Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ182"));
    }
}
