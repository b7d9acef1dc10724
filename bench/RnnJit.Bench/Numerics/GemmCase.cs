using RnnJit.Cpu;
using RnnJit.Cpu.Gemm;

namespace RnnJit.Bench.Numerics;

/// <summary>One product of float matrices with all its memory, ready to run.</summary>
internal sealed unsafe class GemmCase : IDisposable
{
    private readonly NativeBuffer a;
    private readonly NativeBuffer b;
    private readonly NativeBuffer packed;
    private readonly NativeBuffer c;
    private readonly NativeBuffer start;
    private readonly int m;
    private readonly int n;
    private readonly int k;
    private readonly bool columnMajor;

    /// <param name="columnMajor">A is [k, m], as in a weight gradient, where k runs over time and batch.</param>
    public GemmCase(int m, int n, int k, bool columnMajor = false)
    {
        (this.m, this.n, this.k, this.columnMajor) = (m, n, k, columnMajor);
        a = Random((long)m * k);
        b = Random((long)n * k);
        c = Random((long)m * n);
        start = Random((long)m * n);
        packed = new NativeBuffer(Gemm.PackedLength<float>(n, k) * sizeof(float));
        Pack();
    }

    public double Flops => 2.0 * m * n * k;

    public double WeightBytes => 4.0 * n * k;

    /// <summary>B as rows of weights, [n, k]: the transposing pack.</summary>
    public void Pack() => Gemm.Pack(
        new PackSource<float>((float*)b.Data, k, 1, n, k), new PackedMatrix<float>((float*)packed.Data, n, k), 0, 0, 0,
        Gemm.Panels<float>(n));

    public void Multiply() => Gemm.Multiply(Arguments((float*)packed.Data), 0, Gemm.Panels<float>(n));

    /// <summary>Chains start from another matrix, as those of a step do from the product with the input.</summary>
    public void MultiplyFromAnother()
    {
        GemmArguments<float> arguments = Arguments((float*)packed.Data);
        arguments.Start = (float*)start.Data;
        arguments.StartRow = n;
        Gemm.Multiply(arguments, 0, Gemm.Panels<float>(n));
    }

    public void MultiplyUnpacked() => Gemm.MultiplyUnpacked(Arguments((float*)b.Data), 0, Gemm.Panels<float>(n));

    public void Dispose()
    {
        a.Dispose();
        b.Dispose();
        packed.Dispose();
        c.Dispose();
        start.Dispose();
    }

    private GemmArguments<float> Arguments(float* matrix) => new()
    {
        A = (float*)a.Data,
        ARow = columnMajor ? 1 : k,
        ACol = columnMajor ? m : 1,
        B = matrix,
        BRow = n,
        C = (float*)c.Data,
        CRow = n,
        M = m,
        N = n,
        K = k,
    };

    private static NativeBuffer Random(long length)
    {
        var buffer = new NativeBuffer(length * sizeof(float));
        var random = new Random(1);
        for (long i = 0; i < length; i++)
            ((float*)buffer.Data)[i] = random.NextSingle() - 0.5f;
        return buffer;
    }
}
