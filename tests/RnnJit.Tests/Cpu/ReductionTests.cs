using System.Numerics;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;

namespace RnnJit.Tests.Cpu;

[TestFixture(typeof(float), 128)]
[TestFixture(typeof(float), 256)]
[TestFixture(typeof(float), 512)]
[TestFixture(typeof(double), 128)]
[TestFixture(typeof(double), 256)]
[TestFixture(typeof(double), 512)]
[NonParallelizable]
public sealed unsafe class ReductionTests<T>(int width)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Widths scope;

    [OneTimeSetUp]
    public void SetWidth() => scope = new Widths(width);

    [OneTimeTearDown]
    public void RestoreWidth() => scope.Dispose();

    [Test]
    public void Columns_are_chains_from_the_last_row_to_the_first(
        [Values(1, 7, 33, 70, 131)] int n, [Values(0, 1, 17)] int rows, [Values] bool accumulate, [Values] bool dot)
    {
        int stride = n + 3;
        using var a = Random(rows * stride, 1);
        using var b = Random(rows * stride, 2);
        using var result = Random(n, 3);
        var expected = result.Span.ToArray();
        int split = n / 3;
        for (int j = 0; j < n; j++)
        {
            T sum = accumulate ? expected[j] : T.Zero;
            for (int row = rows - 1; row >= 0; row--)
            {
                T x = a.Data[row * stride + j], y = b.Data[row * stride + j];
                sum = !dot ? sum + x : Scalar32.HasFma ? T.FusedMultiplyAdd(x, y, sum) : (x * y) + sum;
            }

            expected[j] = sum;
        }

        foreach (var (start, end) in new[] { (0, split), (split, n) })
        {
            if (dot)
                ColumnReduction.Dot(a.Data, stride, b.Data, stride, rows, start, end, result.Data, accumulate);
            else
                ColumnReduction.Sum(a.Data, stride, rows, start, end, result.Data, accumulate);
        }

        Assert.That(result.Span.ToArray(), Is.EqualTo(expected));
        Assert.That(result.Intact);
    }

    [Test]
    public void A_flat_dot_product_has_one_order_at_every_width([Values(0, 1, 15, 16, 4095, 4096, 4097, 10_000)] int n)
    {
        using var x = Random(n, 4);
        using var y = Random(n, 5);
        var lanes = new double[16];
        double expected = 0, size = 0, exact = 0;
        for (int i = 0; i < n; i++)
        {
            double product = double.CreateChecked(x.Data[i]) * double.CreateChecked(y.Data[i]);
            lanes[i % FlatReduction.Block % 16] += product;
            size += Math.Abs(product);
            exact += product;
            if (i % FlatReduction.Block != FlatReduction.Block - 1 && i != n - 1)
                continue;

            for (int half = 8; half > 0; half /= 2)
            {
                for (int lane = 0; lane < half; lane++)
                    lanes[lane] += lanes[lane + half];
            }

            expected += lanes[0];
            Array.Clear(lanes);
        }

        double dot = FlatReduction.Dot(x.Data, y.Data, n);
        Assert.That(dot, Is.EqualTo(expected));
        Assert.That(dot, Is.EqualTo(exact).Within(2 * n * Math.Pow(2, -53) * size));
    }

    [Test]
    public void The_sum_of_squares_is_the_dot_product_with_itself()
    {
        using var x = Random(5000, 6);
        Assert.That(FlatReduction.SumOfSquares(x.Data, 5000), Is.EqualTo(FlatReduction.Dot(x.Data, x.Data, 5000)).And.GreaterThan(0));
    }

    [Test]
    public void A_flat_sum_is_the_dot_product_with_ones([Values(0, 1, 15, 16, 4095, 4096, 4097, 10_000)] int n)
    {
        using var x = Random(n, 7);
        using var ones = new GuardedMemory<T>(n);
        ones.Span.Fill(T.One);
        Assert.That(FlatReduction.Sum(x.Data, n), Is.EqualTo(FlatReduction.Dot(x.Data, ones.Data, n)));
    }

    private static GuardedMemory<T> Random(int n, int seed)
    {
        var memory = new GuardedMemory<T>(n);
        var random = new Random(seed);
        for (int i = 0; i < n; i++)
            memory.Data[i] = T.CreateTruncating(random.NextDouble() - 0.5);
        return memory;
    }
}
