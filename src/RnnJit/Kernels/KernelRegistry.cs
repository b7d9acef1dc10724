using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using RnnJit.Cpu;
using RnnJit.Cpu.Simd;
using RnnJit.Ir;

namespace RnnJit.Kernels;

/// <summary>The kernels that were compiled at build time. Generated code registers itself when its assembly is loaded.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KernelRegistry
{
    private static readonly ConcurrentDictionary<string, (KernelBody Single, KernelBody Double)> Kernels = new(StringComparer.Ordinal);

    public static void Register<TKernel>()
        where TKernel : IKernel => Kernels[TKernel.Text] = (Body<TKernel>(ElementType.F32), Body<TKernel>(ElementType.F64));

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
        bool found = Kernels.TryGetValue(text, out var pair);
        body = real == ElementType.F64 ? pair.Double : pair.Single;
        return found;
    }
}
