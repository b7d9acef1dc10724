using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>The kernels of cells and losses, from every provider, in both precisions.</summary>
public class KnownKernelTests
{
    private static readonly IKernelProvider[] Providers = [JitKernelProvider.Simd, JitKernelProvider.Checked,
        new InterpretedKernelProvider()];

    [OneTimeSetUp]
    public void Compile()
    {
        foreach (IKernelProvider provider in Providers)
            provider.Prepare(KernelTexts.All.Select(KernelTexts.Read).ToArray());
    }

    [Test]
    public void Every_provider_agrees_with_the_exact_value(
        [Range(0, 4)] int kernel, [Range(0, 2)] int provider, [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        Graph graph = KernelTexts.Read(KernelTexts.All[kernel]);
        KernelBody body = Providers[provider].Find(graph, real)!;
        var random = new Random(kernel);
        foreach (int columns in Enumerable.Range(1, 35).Append(130))
        {
            NdArray[] inputs = Comparison.Inputs(graph, 3, columns, random);
            if (kernel == 3)
                inputs[2] = new NdArray(inputs[2].Shape, Array.ConvertAll(inputs[2].Data, Math.Abs));
            var (compared, all, failure) = Comparison.Check(graph, body, real, inputs, 3, columns);
            Assert.That(failure, Is.Null);
            Assert.That(compared, Is.GreaterThan(0.9 * all), "the bound is small for nearly all elements");
        }
    }
}
