using RnnJit.Cpu.Gemm;
using Product = RnnJit.Cpu.Gemm.Gemm;

namespace RnnJit.Tests.Cpu.Gemm;

[TestFixture(typeof(float), 128)]
[TestFixture(typeof(float), 256)]
[TestFixture(typeof(float), 512)]
[TestFixture(typeof(double), 128)]
[TestFixture(typeof(double), 256)]
[TestFixture(typeof(double), 512)]
[NonParallelizable]
public sealed unsafe class PackTests<T>(int width)
    where T : unmanaged, System.Numerics.INumber<T>
{
    private Widths scope;

    [OneTimeSetUp]
    public void SetWidth() => scope = new Widths(width);

    [OneTimeTearDown]
    public void RestoreWidth() => scope.Dispose();

    [Test]
    public void Both_orientations_give_panels_with_zero_padding([Values(1, 8, 15, 17, 33, 64)] int n, [Values(1, 7, 8, 33)] int k,
        [Values(0, 1, 2)] int orientation)
    {
        using var source = Matrix(n, k, orientation, out nint nStride, out nint kStride);
        using var packed = new GuardedMemory<T>((int)Product.PackedLength<T>(n, k), 0xFF);
        var target = new PackedMatrix<T>(packed.Data, n, k);
        Product.Pack(new PackSource<T>(source.Data, nStride, kStride, n, k), target, 0, 0, 0, Product.Panels<T>(n));

        Expect(packed, n, k, Element);
        Assert.That(packed.Intact);
    }

    [Test]
    public void Tensors_stack_along_n_and_k_at_any_offset([Values(0, 1)] int orientation)
    {
        int[] sizes = [13, 13, 13, 5];
        const int K1 = 9, K2 = 20;
        int n = sizes.Sum();
        using var packed = new GuardedMemory<T>((int)Product.PackedLength<T>(n, K1 + K2), 0xFF);
        var target = new PackedMatrix<T>(packed.Data, n, K1 + K2);

        // Panel by panel, backwards: the order does not matter.
        for (int panel = Product.Panels<T>(n) - 1; panel >= 0; panel--)
        {
            for (int gate = sizes.Length - 1; gate >= 0; gate--)
            {
                foreach (var (k, kOffset) in new[] { (K1, 0), (K2, K1) })
                {
                    using var source = Matrix(sizes[gate], k, orientation, out nint nStride, out nint kStride);
                    for (int i = 0; i < source.Length; i++)
                        source.Data[i] += T.CreateTruncating(1000 * gate + 10_000 * (kOffset > 0 ? 1 : 0));
                    Product.Pack(
                        new PackSource<T>(source.Data, nStride, kStride, sizes[gate], k), target, 13 * gate, kOffset, panel, panel + 1);
                }
            }
        }

        Expect(packed, n, K1 + K2,
            (i, j) => Element(i % 13, j < K1 ? j : j - K1) + T.CreateTruncating(1000 * (i / 13) + 10_000 * (j < K1 ? 0 : 1)));
        Assert.That(packed.Intact);
    }

    private static T Element(int n, int k) => T.CreateTruncating(n + 64 * (k % 15) + 1);

    private static GuardedMemory<T> Matrix(int n, int k, int orientation, out nint nStride, out nint kStride)
    {
        (nStride, kStride) = orientation switch { 0 => ((nint)k, (nint)1), 1 => ((nint)1, (nint)n), _ => ((nint)(2 * k), (nint)2) };
        var memory = new GuardedMemory<T>(orientation == 2 ? 2 * n * k : n * k);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < k; j++)
                memory.Data[i * nStride + j * kStride] = Element(i, j);
        }

        return memory;
    }

    private static void Expect(GuardedMemory<T> packed, int n, int k, Func<int, int, T> element)
    {
        int panelWidth = Product.NR<T>();
        for (int i = 0; i < Product.Panels<T>(n) * panelWidth; i++)
        {
            for (int j = 0; j < k; j++)
            {
                T found = packed.Data[((i / panelWidth * k) + j) * panelWidth + i % panelWidth];
                if (found != (i < n ? element(i, j) : T.Zero))
                    Assert.Fail($"column {i}, row {j} holds {found}");
            }
        }
    }
}
