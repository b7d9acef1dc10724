using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;
using RnnJit.Emit;
using RnnJit.Ir;

namespace RnnJit.Kernels;

/// <summary>The kernels that were compiled at build time. Generated code adds the table of its assembly when it is loaded; a kernel is
/// made when it is asked for, so that a program pays for those that it runs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KernelRegistry
{
    private static readonly Lock Adding = new();
    private static volatile KernelTable[] tables = [];

    /// <summary>Adds the kernels of an assembly.</summary>
    public static void Add(KernelTable table)
    {
        lock (Adding)
            tables = [.. tables, table];
    }

    /// <summary>Called by generated code: the kernel for the width of this machine; null where its text is another one.</summary>
    /// <param name="own">The canonical text of the kernel's graph in ASCII: half of what a string takes in the assembly.</param>
    public static KernelBody? Body<TKernel>(ReadOnlySpan<byte> own, string text, ElementType real)
        where TKernel : IKernel => Ascii.Equals(own, text) ? Body<TKernel>(real) : null;

    /// <summary>The kernel for the width of this machine.</summary>
    internal static KernelBody Body<TKernel>(ElementType real)
        where TKernel : IKernel => (CpuWidth.Width, real) switch
        {
            (512, ElementType.F64) => TKernel.Run<Vec512F64, double>,
            (256, ElementType.F64) => TKernel.Run<Vec256F64, double>,
            (_, ElementType.F64) => TKernel.Run<Vec128F64, double>,
            (512, _) => TKernel.Run<Vec512F32, float>,
            (256, _) => TKernel.Run<Vec256F32, float>,
            _ => TKernel.Run<Vec128F32, float>,
        };

    internal static bool TryGet(string text, ElementType real, [NotNullWhen(true)] out KernelBody? body)
    {
        ulong hash = KernelHash.Of(text);
        body = null;
        foreach (KernelTable table in tables)
            body ??= table(text, hash, real);
        return body is not null;
    }
}
