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
public sealed unsafe class GemmTests<T>(int width)
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

    // Rows of sequences that run: columns of A by number, which meet the rows of B one by one.
    [Test]
    public void Columns_of_A_are_taken_by_number([Values(1, 3, 9, 40, 67)] int m, [Values(0, 1, 300)] int k, [Values] bool rows) => Numbered(m, k, rows);

    // The numbers go on where a chunk of k ends.
    [Test]
    public void Columns_are_taken_by_number_in_chunks_of_k([Values(40, 130)] int m, [Values] bool rows)
    {
        using var caches = new Caches(Small);
        Numbered(m, 1400, rows);
    }

    private static void Numbered(int m, int k, bool rows)
    {
        const int N = 70, Gap = 3;
        using var problem = new GemmProblem<T>(m, N, k);
        int all = (Gap * k) + 1;
        var a = new T[m * all];
        Array.Fill(a, T.NaN);
        var which = new int[k];
        for (int i = 0; i < k; i++)
        {
            which[i] = Gap * (k - i);
            for (int row = 0; row < m; row++)
                a[rows ? (row * all) + which[i] : (which[i] * m) + row] = problem.A(row, i);
        }

        foreach (bool accumulate in new[] { false, true })
        {
            T[] c = problem.OldRows(m, N);
            fixed (T* pa = a, pc = c)
            fixed (int* numbers = which)
            {
                var arguments = new GemmArguments<T>
                {
                    A = pa, ARow = rows ? all : 1, ACol = rows ? 1 : m, KIndices = k == 0 ? (int*)pc : numbers, B = problem.Packed.Data, C = pc, CRow = N, M = m, N = N, K = k, Start = accumulate ? pc : null, StartRow = N,
                };
                Product.Multiply(arguments, 0, 1);
                Product.Multiply(arguments, 1, GemmProblem<T>.Panels(N));
            }

            for (int i = 0; i < c.Length; i++)
            {
                if (c[i] != problem.Chain(i / N, i % N, accumulate))
                    Assert.Fail($"C[{i / N}, {i % N}] is {c[i]}, wanted {problem.Chain(i / N, i % N, accumulate)}");
            }
        }
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

    // Small caches, so that small products have what large ones have: chunks of k, blocks of k under a panel, blocks of rows, panels copied a few at a time.
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
        T[] forwards = problem.OldRows(m, n), backwards = problem.OldRows(m, n), a = Numbers(m, 40, problem.A), b = Numbers(40, n, problem.B);
        fixed (T* rows = a, lies = b, there = forwards, back = backwards)
        {
            var g = new GemmArguments<T> { A = rows, ARow = 40, ACol = 1, B = packed ? problem.Packed.Data : lies, BRow = n, CRow = n, StartRow = n, M = m, N = n, K = 40 };
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

    // A worker's rows of some time steps: 3 of the first, 3 of the second, with others' in between, which nobody writes.
    [Test]
    public void Rows_lie_in_segments([Values(1, 2, 3, 5, 7, 16, 32)] int rows, [Values(1, 2, 5)] int count, [Values(40, 1100)] int k, [Values] bool packed, [Values] bool accumulate)
    {
        Segmented(rows, count, k, 200, packed, accumulate);
    }

    // Rows a page apart and beyond L1 are packed, several blocks of them where L2 is small: blocks begin within segments.
    [TestCase(7, 3)]
    [TestCase(3, 9)]
    [TestCase(13, 5)]
    [TestCase(40, 2)]
    public void Packed_rows_lie_in_segments(int rows, int count)
    {
        using var caches = new Caches(Small);
        Segmented(rows, count, 1024, (40 * Product.NR<T>()) + 3, packed: true, accumulate: true);
    }

    // One row that all chains start from, and blocks of k behind the first, which go on from C.
    [Test]
    public void Chains_of_rows_in_segments_start_from_one_row([Values(2, 7, 16)] int rows, [Values(2, 5)] int count, [Values(40, 2100)] int k, [Values] bool packed)
    {
        using var caches = new Caches(Small);
        Segmented(rows, count, k, 70, packed, accumulate: true, oneStart: true);
    }

    private static void Segmented(int rows, int count, int k, int n, bool packed, bool accumulate, bool oneStart = false)
    {
        const int Others = 2;
        int m = rows * count, apart = rows + Others, all = apart * count;
        using var problem = new GemmProblem<T>(m, n, k);
        T[] a = Numbers(all, k, (i, j) => i % apart < rows ? problem.A((i / apart * rows) + (i % apart), j) : T.NaN);
        T[] start = Numbers(all, n, (i, j) => i % apart < rows ? problem.Old((i / apart * rows) + (i % apart), j) : T.NaN);
        var c = new T[all * n];
        Array.Fill(c, T.NegativeOne);
        var segments = new RowSegments(rows, apart * k, apart * n, oneStart ? 0 : apart * n);
        fixed (T* rowsOfA = a, begin = start, to = c, lies = Numbers(k, n, problem.B))
        {
            var g = new GemmArguments<T>
            {
                A = rowsOfA, ARow = k, ACol = 1, B = packed ? problem.Packed.Data : lies, BRow = n, C = to, CRow = n, M = m, N = n, K = k, Start = accumulate ? begin : null, StartRow = oneStart ? 0 : n,
                RowSegments = &segments,
            };
            int panels = GemmProblem<T>.Panels(n);
            Multiply(g, 0, panels / 8, packed);
            Multiply(g, panels / 8, panels, packed);
        }

        for (int i = 0; i < c.Length; i++)
        {
            int segment = i / n / apart, row = i / n % apart;
            int line = (segment * rows) + row;
            T wanted = row >= rows ? T.NegativeOne : oneStart ? problem.Chain(line, i % n, start[i % n]) : problem.Chain(line, i % n, accumulate);
            if (c[i] != wanted)
                Assert.Fail($"C[{row} of segment {segment}, {i % n}] is {c[i]}, wanted {wanted}");
        }
    }

    private static T[] Numbers(int rows, int columns, Func<int, int, T> at) => [.. Enumerable.Range(0, rows * columns).Select(i => at(i / columns, i % columns))];

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

    private static GuardedMemory<T> Narrow(GemmProblem<T> problem, int n)
    {
        var packed = new GuardedMemory<T>((int)Product.PackedLength<T>(n, problem.K), 0xFF);
        var b = new T[problem.K * problem.N];
        for (int i = 0; i < b.Length; i++)
            b[i] = problem.B(i / problem.N, i % problem.N);
        fixed (T* p = b)
            Product.Pack(new PackSource<T>(p, 1, problem.N, n, problem.K), new PackedMatrix<T>(packed.Data, n, problem.K), 0, 0, 0, GemmProblem<T>.Panels(n));
        Assert.That(packed.Intact);
        return packed;
    }

    private static void Check(GemmProblem<T> problem, int m, int n, Layout layout, GuardedMemory<T>? packed, bool accumulate)
    {
        var c = Run(problem, m, n, layout, packed, accumulate, 0, GemmProblem<T>.Panels(n));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                if (c[i * n + j] != problem.Chain(i, j, accumulate))
                    Assert.Fail($"m {m} n {n} {layout}: C[{i}, {j}] is {c[i * n + j]}, its chain {problem.Chain(i, j, accumulate)}");
                var (value, bound) = problem.Exact(i, j, accumulate);
                if (Math.Abs(double.CreateChecked(c[i * n + j]) - value) > bound)
                    Assert.Fail($"m {m} n {n} {layout}: C[{i}, {j}] is {c[i * n + j]}, exactly {value} ± {bound}");
            }
        }
    }

    private static T[] Run(
        GemmProblem<T> problem, int m, int n, Layout layout, GuardedMemory<T>? packed, bool accumulate, int panelStart, int panelEnd)
    {
        int k = problem.K;
        using var a = new LaidOut<T>(m, k, problem.A, layout);
        using var b = new LaidOut<T>(k, n, problem.B, layout is Layout.RowsReversed or Layout.ColumnsReversed ? Layout.RowsReversed : Layout.Rows);
        using var c = new GuardedMemory<T>(m * n);
        problem.OldRows(m, n).CopyTo(c.Span);
        var g = new GemmArguments<T>
        {
            A = a.Origin, ARow = a.Row, ACol = a.Col, B = packed == null ? b.Origin : packed.Data, BRow = b.Row, C = c.Data, CRow = n, M = m, N = n, K = k, Start = accumulate ? c.Data : null, StartRow = n,
        };
        if (packed == null)
            Product.MultiplyUnpacked(g, panelStart, panelEnd);
        else
            Product.Multiply(g, panelStart, panelEnd);
        Assert.That(a.Intact && b.Intact && c.Intact && packed?.Intact != false, $"m {m} n {n} {layout}: wrote outside");
        return c.Span.ToArray();
    }

    private static T[] RunAll(GemmProblem<T> problem, Layout layout, int first, int count, bool descending = false)
    {
        using var a = new LaidOut<T>(count, problem.K, (m, k) => problem.A(first + m, descending ? problem.K - 1 - k : k), layout);
        using var b = new LaidOut<T>(problem.K, problem.N, (k, n) => problem.B(descending ? problem.K - 1 - k : k, n), layout);
        using var c = new GuardedMemory<T>(count * problem.N);
        var g = new GemmArguments<T>
        {
            A = a.Origin, ARow = a.Row, ACol = a.Col, B = b.Origin, BRow = b.Row, C = c.Data, CRow = problem.N, M = count, N = problem.N, K = problem.K,
        };
        Product.MultiplyUnpacked(g, 0, GemmProblem<T>.Panels(problem.N));
        return c.Span.ToArray();
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
