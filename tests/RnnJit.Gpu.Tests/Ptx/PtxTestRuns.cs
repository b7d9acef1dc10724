using System.Runtime.InteropServices;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Kernels of <see cref="PtxTestKernels"/> on numbers.</summary>
internal static class PtxTestRuns
{
    public static string GroupSums { get; } = PtxCompiler.Of(typeof(PtxTestKernels).GetMethod(nameof(PtxTestKernels.GroupSums))!);

    public static string Squares { get; } = PtxCompiler.Of(typeof(PtxTestKernels).GetMethod(nameof(PtxTestKernels.Squares))!);

    /// <summary>Runs a kernel of two views, on groups of 64 threads for all numbers of the first one; what it wrote to the
    /// second.</summary>
    public static float[] Run(string ptx, PtxOrder order, float[] x, float[] y)
    {
        var memory = new PtxMemory();
        PtxRange from = memory.Add("x", x.Length * sizeof(float)), to = memory.Add("y", y.Length * sizeof(float));
        from.Write(0, MemoryMarshal.AsBytes<float>(x));
        long[] views = [(long)from.Start, x.Length, (long)to.Start, y.Length];
        int groups = (x.Length + PtxTestKernels.Threads - 1) / PtxTestKernels.Threads;
        new PtxMachine(ptx).Launch(new PtxLaunch(memory, 1, groups, PtxTestKernels.Threads, [.. MemoryMarshal.AsBytes<long>(views)],
            order));
        to.Read(0, MemoryMarshal.AsBytes(y.AsSpan()));
        return y;
    }
}
