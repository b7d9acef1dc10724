using System.Numerics;
using RnnJit.Cpu;
using RnnJit.Cpu.Gemm;
using Product = RnnJit.Cpu.Gemm.Gemm;

namespace RnnJit.Tests.Cpu.Gemm;

/// <content>Rows in segments, and columns taken by number.</content>
public sealed unsafe partial class GemmTests<T>
{
    // Rows of sequences that run: columns of A by number, which meet the rows of B one by one.
    [Test]
    public void Columns_of_A_are_taken_by_number([Values(1, 3, 9, 40, 67)] int m, [Values(0, 1, 300)] int k, [Values] bool rows) =>
        Numbered(m, k, rows);

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
                    A = pa,
                    ARow = rows ? all : 1,
                    ACol = rows ? 1 : m,
                    KIndices = k == 0 ? (int*)pc : numbers,
                    B = problem.Packed.Data,
                    C = pc,
                    CRow = N,
                    M = m,
                    N = N,
                    K = k,
                    Start = accumulate ? pc : null,
                    StartRow = N,
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

    // A worker's rows of some time steps: 3 of the first, 3 of the second, with others' in between, which nobody writes.
    [Test]
    public void Rows_lie_in_segments([Values(1, 2, 3, 5, 7, 16, 32)] int rows, [Values(1, 2, 5)] int count, [Values(40, 1100)] int k,
        [Values] bool packed, [Values] bool accumulate)
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
    public void Chains_of_rows_in_segments_start_from_one_row([Values(2, 7, 16)] int rows, [Values(2, 5)] int count,
        [Values(40, 2100)] int k, [Values] bool packed)
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
                A = rowsOfA,
                ARow = k,
                ACol = 1,
                B = packed ? problem.Packed.Data : lies,
                BRow = n,
                C = to,
                CRow = n,
                M = m,
                N = n,
                K = k,
                Start = accumulate ? begin : null,
                StartRow = oneStart ? 0 : n,
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
            T wanted =
                row >= rows ? T.NegativeOne : oneStart ? problem.Chain(line, i % n, start[i % n]) : problem.Chain(line, i % n, accumulate);
            if (c[i] != wanted)
                Assert.Fail($"C[{row} of segment {segment}, {i % n}] is {c[i]}, wanted {wanted}");
        }
    }
}
