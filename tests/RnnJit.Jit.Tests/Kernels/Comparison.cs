using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>Runs a kernel through a provider and compares with the exact value.</summary>
internal static class Comparison
{
    /// <summary>Random operands in (−2, 2), every fifth element the same in all of them, so that some are equal; indices are
    /// columns.</summary>
    public static NdArray[] Inputs(Graph kernel, int rows, int columns, Random random) => kernel.Inputs.Select(port =>
    {
        KernelShape shape = KernelShapes.Of(port.Type);
        int[] extents = port.Type.Dims.Select(dim => dim.AsSymbol switch { "R" => rows, "N" => columns, _ => 1 }).ToArray();
        var array = new NdArray(extents);
        for (int i = 0; i < array.Length; i++)
            array.Data[i] = shape == KernelShape.Index ? random.Next(columns) : i % 5 == 4 ? 0.5 : (float)((random.NextDouble() * 4) - 2);
        return array;
    }).ToArray();

    /// <summary>The part of the elements whose error bound is small enough to say something; fails where a result is out of
    /// bounds.</summary>
    public static (int Compared, int All, string? Failure) Check(
        Graph kernel, KernelBody body, ElementType real, NdArray[] inputs, int rows, int columns, Dictionary<int, int>? inPlace = null,
        int[]? cuts = null)
    {
        bool single = real == ElementType.F32;
        NdArray[] found = single
            ? new KernelRun<float>(kernel, rows, columns) { InPlace = inPlace ?? [], Cuts = cuts ?? [] }.Run(body, inputs)
            : new KernelRun<double>(kernel, rows, columns) { InPlace = inPlace ?? [], Cuts = cuts ?? [] }.Run(body, inputs);
        // The oracle in double rounds too: hence one more unit in f64.
        var wanted = new ErrorBound(kernel, rows, columns, single ? Math.ScaleB(1, -23) : Math.ScaleB(1.25, -52),
            single ? Math.ScaleB(1, -126) : Math.ScaleB(1, -1022)).Run(inputs);
        int compared = 0, all = 0;
        for (int k = 0; k < found.Length; k++)
        {
            var (value, error) = wanted[k];
            for (int i = 0; i < value.Length; i++)
            {
                all++;
                if (!double.IsFinite(error.Data[i]) || !(error.Data[i] <= 1e-2 * (1 + Math.Abs(value.Data[i]))))
                    continue;
                compared++;
                if (!(Math.Abs(found[k].Data[i] - value.Data[i]) <= error.Data[i]))
                    return (compared, all,
                        $"output {k}, element {i} of {rows} × {columns}: {found[k].Data[i]} is not {value.Data[i]} ± {error.Data[i]}\n"
                            + $"{kernel}");
            }
        }

        return (compared, all, null);
    }
}
