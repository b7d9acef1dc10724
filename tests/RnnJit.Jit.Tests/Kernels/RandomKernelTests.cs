using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Ops;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>Kernels that nobody thought of, one per seed; all of them in one compilation per dialect.</summary>
public class RandomKernelTests
{
    private static readonly Graph[] Random =
        Enumerable.Range(0, 80).Select(seed => KernelCanonical.Run(RandomKernel.Draw(new Random(seed)))).ToArray();
    private static readonly Graph[] Single = RandomKernel.Elementwise.Select(OneOp).ToArray();
    private static readonly IKernelProvider Finished = new InterpretedKernelProvider();

    private static IKernelProvider[] Providers => [JitKernelProvider.Simd, Finished];

    [OneTimeSetUp]
    public void Compile() => JitKernelProvider.Simd.Prepare([.. Random, .. Single]);

    [Test]
    public void A_random_kernel_stays_within_its_error_bound([Values(ElementType.F32, ElementType.F64)] ElementType real,
        [Values(0, 1)] int provider)
    {
        int compared = 0, all = 0;
        for (int seed = 0; seed < Random.Length; seed++)
        {
            Graph kernel = Random[seed];
            KernelBody body = Providers[provider].Find(kernel, real)!;
            foreach (int columns in new[] { 1 + (seed % 35), 64 })
            {
                var result = Comparison.Check(kernel, body, real, Comparison.Inputs(kernel, 2, columns, new Random(seed)), 2, columns);
                Assert.That(result.Failure, Is.Null);
                compared += result.Compared;
                all += result.All;
            }
        }

        Assert.That(compared, Is.GreaterThan(0.6 * all), "most elements have a finite value and a small bound");
    }

    [Test]
    public void Every_elementwise_op_agrees_for_every_tail([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        foreach (Graph kernel in Single)
        {
            KernelBody body = JitKernelProvider.Simd.Find(kernel, real);
            for (int columns = 1; columns <= 35; columns++)
                Assert.That(
                    Comparison.Check(kernel, body, real, Comparison.Inputs(kernel, 3, columns, new Random(columns)), 3, columns).Failure,
                    Is.Null);
        }
    }

    [Test]
    public void Both_dialects_store_the_same_bits_where_nothing_is_summed([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        Graph[] kernels = [.. Single, .. Random.Where(kernel => !kernel.Nodes.Any(node => node.Op is SumOp))];
        JitKernelProvider.Checked.Prepare(kernels);
        int finite = 0;
        foreach (Graph kernel in kernels)
        {
            NdArray[] inputs = Comparison.Inputs(kernel, 3, 19, new Random(7));
            try
            {
                NdArray[] scalar = Run(kernel, JitKernelProvider.Checked.Find(kernel, real), real, inputs);
                NdArray[] vector = Run(kernel, JitKernelProvider.Simd.Find(kernel, real), real, inputs);
                for (int i = 0; i < scalar.Length; i++)
                    Assert.That(vector[i].Data.Select(BitConverter.DoubleToInt64Bits),
                        Is.EqualTo(scalar[i].Data.Select(BitConverter.DoubleToInt64Bits)), kernel.ToString());
                finite++;
            }
            catch (NumericException)
            {
                // The debug form refuses what is not finite; the vectors need not.
            }
        }

        Assert.That(finite, Is.GreaterThan(kernels.Length / 2));
    }

    [Test]
    public void An_output_may_take_the_place_of_an_input([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        foreach (Graph kernel in Random)
        {
            // The last output that has the shape of x lies on x, a row output on the row.
            var inPlace = new Dictionary<int, int>();
            for (int i = 0; i < kernel.Outputs.Count; i++)
            {
                int source = KernelShapes.Of(kernel.Values.Type(kernel.Outputs[i].Value)) == KernelShape.Row ? 2 : 0;
                if (!inPlace.ContainsValue(source))
                    inPlace[i] = source;
            }

            NdArray[] inputs = Comparison.Inputs(kernel, 2, 21, new Random(3));
            foreach (IKernelProvider provider in Providers)
                Assert.That(Comparison.Check(kernel, provider.Find(kernel, real)!, real, inputs, 2, 21, inPlace).Failure, Is.Null);
        }
    }

    [Test]
    public void Columns_may_be_cut_into_calls([Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        foreach (Graph kernel in Random.Where(kernel => !kernel.Nodes.Any(node => node.Op is ReductionOp)))
        {
            NdArray[] inputs = Comparison.Inputs(kernel, 2, 40, new Random(3));
            foreach (IKernelProvider provider in Providers)
                Assert.That(
                    Comparison.Check(kernel, provider.Find(kernel, real)!, real, inputs, 2, 40, cuts: [0, 3, 19, 35]).Failure, Is.Null);
        }
    }

    [Test]
    public void A_flipped_sign_in_the_spelling_of_any_op_is_caught()
    {
        // detach has no spelling of its own.
        Graph[] kernels = RandomKernel.Elementwise.Where(op => op is not DetachOp).Select(OneOp)
            .Append(KernelTexts.Read("kernel Fma\n input x: f32[R, N]\n input y: f32[R, N]\n p = mul x, y\n z = sub y, p\n return z = z"))
            .Append(KernelTexts.Read("kernel Sum\n input x: f32[R, N]\n s = sum[1] x\n return s = s")).ToArray();
        var wrong = new JitKernelProvider(new WrongSign(), "wrong");
        wrong.Prepare(kernels);
        foreach (Graph kernel in kernels)
        {
            NdArray[] inputs = Comparison.Inputs(kernel, 2, 9, new Random(1));
            Assert.That(Comparison.Check(kernel, wrong.Find(kernel, ElementType.F32), ElementType.F32, inputs, 2, 9).Failure, Is.Not.Null,
                kernel.ToString());
        }
    }

    private static Graph OneOp(ElementwiseOp op)
    {
        var b = new GraphBuilder();
        Value[] x = Enumerable.Range(0, op.Arity).Select(i => b.Input("x" + i, new TensorType(ElementType.F32, "R", "N"))).ToArray();
        return KernelCanonical.Run(b.Build("kernel", "one", [("y", b.Add(op, x), OutputRole.Result)]));
    }

    private static NdArray[] Run(Graph kernel, KernelBody body, ElementType real, NdArray[] inputs) => real == ElementType.F32
        ? new KernelRun<float>(kernel, 3, 19).Run(body, inputs)
        : new KernelRun<double>(kernel, 3, 19).Run(body, inputs);

    private sealed class WrongSign : SimdDialect
    {
        public override string Infix(string left, string found, string right) => $"-({base.Infix(left, found, right)})";

        public override string Call(string function, params string[] arguments) => $"-{base.Call(function, arguments)}";

        public override string Negate(string x) => x;
    }
}
