using System.Numerics;
using RnnJit.Cpu;
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
public sealed unsafe partial class GemmTests<T>(int width)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly CacheSizes Small = new(16 << 10, 256 << 10, 1 << 20);

    private Widths scope;

    /// <summary>The memory layout of A and B.</summary>
    public enum Layout
    {
        Rows,
        Columns,
        RowsReversed,
        ColumnsReversed,
        Strided,
    }

    [OneTimeSetUp]
    public void SetWidth() => scope = new Widths(width);

    [OneTimeTearDown]
    public void RestoreWidth() => scope.Dispose();

    [Test]
    public void Every_small_shape_is_the_chain_of_its_elements([Values(1, 15, 17, 33)] int k, [Values] bool packed)
    {
        using var problem = new GemmProblem<T>(35, 35, k);
        for (int m = 1; m <= 35; m++)
        {
            for (int n = 1; n <= 35; n += m is 1 or 6 or 35 ? 1 : 7)
            {
                // A packed matrix knows its own n.
                using var narrow = packed ? Narrow(problem, n) : null;
                Check(problem, m, n, Layout.Rows, narrow, accumulate: (m + n) % 2 == 0);
            }
        }
    }

    [TestCase(50, 128, 40)]
    [TestCase(1, 200, 300)]
    [TestCase(2, 130, 300)]
    [TestCase(3, 130, 300)]
    [TestCase(7, 64, 600)]
    [TestCase(130, 33, 257)]
    [TestCase(280, 70, 260)]
    [TestCase(20, 70, 1100)]
    [TestCase(26, 280, 1024)]
    public void Large_shapes_continue_their_chains_over_blocks_of_k(int m, int n, int k)
    {
        using var problem = new GemmProblem<T>(m, n, k);
        foreach (bool accumulate in new[] { false, true })
        {
            Check(problem, m, n, Layout.Rows, problem.Packed, accumulate);
            Check(problem, m, n, Layout.Rows, null, accumulate);
        }
    }

    [Test]
    public void Strides_are_free([Values] Layout layout, [Values] bool packed, [Values(1, 3, 9, 40, 67)] int m)
    {
        using var problem = new GemmProblem<T>(m, 70, 300);
        Check(problem, m, 70, layout, packed ? problem.Packed : null, accumulate: true);
    }

    [Test]
    public void A_product_over_nothing_is_zero_or_the_old_value([Values] bool accumulate)
    {
        using var problem = new GemmProblem<T>(5, 40, 0);
        Check(problem, 5, 40, Layout.Rows, problem.Packed, accumulate);
    }

    [Test]
    public void Panels_can_be_computed_apart()
    {
        using var problem = new GemmProblem<T>(9, 200, 50);
        for (int panel = 0; panel < GemmProblem<T>.Panels(200); panel++)
        {
            var c = Run(problem, 9, 200, Layout.Rows, problem.Packed, true, panel, panel + 1);
            int start = panel * Product.NR<T>();
            int end = start + Product.NR<T>();
            for (int i = 0; i < c.Length; i++)
            {
                int m = i / 200, n = i % 200;
                if (c[i] != (n >= start && n < end ? problem.Chain(m, n, true) : problem.Old(m, n)))
                    Assert.Fail($"panel {panel}: C[{m}, {n}]");
            }
        }
    }

    // Small caches, so that small products have what large ones have: chunks of k, blocks of k under a panel, blocks
    // of rows, panels copied a few at a time.
    [TestCase(140, 70, 1100)]
    [TestCase(34, 512, 1024)]
    [TestCase(21, 300, 700)]
    [TestCase(6, 130, 1100)]
    [TestCase(2, 130, 1100)]
    [TestCase(300, 280, 530)]
    public void Caches_change_no_bit(int m, int n, int k)
    {
        using var problem = new GemmProblem<T>(m, n, k);
        foreach (CacheSizes sizes in (CacheSizes[])[Small, new(128 << 10, 2 << 20, 64 << 20)])
        {
            using var caches = new Caches(sizes);
            foreach (Layout layout in (Layout[])[Layout.Rows, Layout.Columns, Layout.ColumnsReversed])
            {
                Check(problem, m, n, layout, problem.Packed, accumulate: true);
                Check(problem, m, n, layout, null, accumulate: false);
            }
        }
    }

    // Blocks of rows and of k, copied panels of B, rows of A a page apart.
    [Test]
    public void Blocks_meet([Values] bool columns, [Values] bool packed)
    {
        using var problem = new GemmProblem<T>(140, 70, 1024);
        Check(problem, 140, 70, columns ? Layout.Columns : Layout.Rows, packed ? problem.Packed : null, accumulate: true);
    }

    [Test]
    public void Bits_are_the_same_backwards([Values(1, 3, 4, 14, 40)] int m, [Values(1, 16, 33, 100, 450)] int n, [Values] bool packed)
    {
        using var problem = new GemmProblem<T>(m, n, 40);
        T[] forwards = problem.OldRows(m, n), backwards = problem.OldRows(m, n), a = Numbers(m, 40, problem.A),
            b = Numbers(40, n, problem.B);
        fixed (T* rows = a, lies = b, there = forwards, back = backwards)
        {
            var g = new GemmArguments<T>
            {
                A = rows,
                ARow = 40,
                ACol = 1,
                B = packed ? problem.Packed.Data : lies,
                BRow = n,
                CRow = n,
                StartRow = n,
                M = m,
                N = n,
                K = 40
            };
            int panels = GemmProblem<T>.Panels(n), middle = panels / 3;
            foreach (var (start, end) in new[] { (0, middle), (middle, panels) })
            {
                Multiply(g with { C = there, Start = there }, start, end, packed);
                Multiply(g with { C = back, Start = back, Backwards = true }, start, end, packed);
            }
        }

        Assert.That(backwards, Is.EqualTo(forwards).And.Not.EqualTo(problem.OldRows(m, n)));
    }

    // Packed weights of 2 and of 6 MB and more are asked for ahead in other ways; none of them reads another number.
    [Test]
    public void Few_rows_have_the_bits_of_one([Values(4, 6, 9, 14)] int m, [Values(500, 1000, 2000)] int n)
    {
        const int K = 1000;
        using var problem = new GemmProblem<T>(m, n, K);
        T[] a = Numbers(m, K, problem.A), together = new T[m * n], alone = new T[m * n];
        fixed (T* rows = a, all = together, one = alone)
        {
            var g = new GemmArguments<T> { A = rows, ARow = K, ACol = 1, B = problem.Packed.Data, C = all, CRow = n, M = m, N = n, K = K };
            Product.Multiply(g, 0, GemmProblem<T>.Panels(n));
            for (int row = 0; row < m; row++)
                Product.Multiply(g with { A = rows + (row * K), C = one + (row * n), M = 1 }, 0, GemmProblem<T>.Panels(n));
        }

        Assert.That(together.AsSpan().SequenceEqual(alone));
        Assert.That(together, Is.Not.All.EqualTo(T.Zero));
    }

    private static T[] Numbers(int rows, int columns, Func<int, int, T> at) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => at(i / columns, i % columns))];

    private static void Multiply(in GemmArguments<T> g, int start, int end, bool packed)
    {
        if (packed)
            Product.Multiply(g, start, end);
        else
            Product.MultiplyUnpacked(g, start, end);
    }

    [Test]
    public void A_row_of_a_batch_has_the_bits_of_the_row_alone()
    {
        using var problem = new GemmProblem<T>(50, 130, 300);
        var batch = RunAll(problem, Layout.Rows, 0, 50);
        for (int m = 0; m < 50; m++)
        {
            var row = RunAll(problem, Layout.Rows, m, 1);
            Assert.That(row.AsSpan().SequenceEqual(batch.AsSpan(m * 130, 130)), $"row {m}");
        }

        // The comparison can fail: k descending is another chain.
        var reversed = RunAll(problem, Layout.Rows, 0, 50, descending: true);
        Assert.That(reversed, Is.Not.EqualTo(batch));
    }

    [Test]
    public void The_bound_of_the_error_rejects_a_wrong_element()
    {
        using var problem = new GemmProblem<T>(3, 3, 100);
        var (value, bound) = problem.Exact(1, 2, false);
        double dropped = value - double.CreateChecked(problem.A(1, 50)) * double.CreateChecked(problem.B(50, 2));
        Assert.That(Math.Abs(dropped - value), Is.GreaterThan(bound));
    }

    /// <summary>A matrix in guarded memory, so that reading outside gives NaN.</summary>
    private sealed class LaidOut<TE> : IDisposable
        where TE : unmanaged
    {
        private readonly GuardedMemory<TE> memory;

        public LaidOut(int rows, int columns, Func<int, int, TE> element, Layout layout)
        {
            int size = Math.Max(rows * columns, 1);
            int step = layout == Layout.Strided ? 3 : 1;
            memory = new GuardedMemory<TE>((size - 1) * step + 1, 0xFF);
            (Row, Col) = layout switch
            {
                Layout.Rows => (columns, 1),
                Layout.Columns => (1, rows),
                Layout.RowsReversed => (-columns, 1),
                Layout.ColumnsReversed => ((nint)1, (nint)(-rows)),
                _ => (3 * columns, 3),
            };
            Origin = memory.Data + layout switch
            {
                Layout.RowsReversed => (rows - 1) * columns,
                Layout.ColumnsReversed => (columns - 1) * rows,
                _ => 0,
            };
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                    Origin[i * Row + j * Col] = element(i, j);
            }
        }

        public TE* Origin { get; }

        public nint Row { get; }

        public nint Col { get; }

        public bool Intact => memory.Intact;

        public void Dispose() => memory.Dispose();
    }
}
