using System.Numerics;
using RnnJit.Cpu;
using RnnJit.Cpu.Gemm;
using Product = RnnJit.Cpu.Gemm.Gemm;

namespace RnnJit.Tests.Cpu.Gemm;

/// <content>Products of a problem, and the comparison with the chain of each element.</content>
public sealed unsafe partial class GemmTests<T>
{
    private static GuardedMemory<T> Narrow(GemmProblem<T> problem, int n)
    {
        var packed = new GuardedMemory<T>((int)Product.PackedLength<T>(n, problem.K), 0xFF);
        var b = new T[problem.K * problem.N];
        for (int i = 0; i < b.Length; i++)
            b[i] = problem.B(i / problem.N, i % problem.N);
        fixed (T* p = b)
            Product.Pack(new PackSource<T>(p, 1, problem.N, n, problem.K), new PackedMatrix<T>(packed.Data, n, problem.K), 0, 0, 0,
                GemmProblem<T>.Panels(n));
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
        using var b =
            new LaidOut<T>(k, n, problem.B, layout is Layout.RowsReversed or Layout.ColumnsReversed ? Layout.RowsReversed : Layout.Rows);
        using var c = new GuardedMemory<T>(m * n);
        problem.OldRows(m, n).CopyTo(c.Span);
        var g = new GemmArguments<T>
        {
            A = a.Origin,
            ARow = a.Row,
            ACol = a.Col,
            B = packed == null ? b.Origin : packed.Data,
            BRow = b.Row,
            C = c.Data,
            CRow = n,
            M = m,
            N = n,
            K = k,
            Start = accumulate ? c.Data : null,
            StartRow = n,
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
            A = a.Origin,
            ARow = a.Row,
            ACol = a.Col,
            B = b.Origin,
            BRow = b.Row,
            C = c.Data,
            CRow = problem.N,
            M = count,
            N = problem.N,
            K = problem.K,
        };
        Product.MultiplyUnpacked(g, 0, GemmProblem<T>.Panels(problem.N));
        return c.Span.ToArray();
    }
}
