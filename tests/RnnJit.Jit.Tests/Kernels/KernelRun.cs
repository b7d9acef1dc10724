using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Kernels;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>Calls a kernel on memory with gaps between rows and checks that nothing outside its outputs was written.</summary>
internal sealed unsafe class KernelRun<T>
    where T : unmanaged
{
    private const int Gap = 5;
    private const double Sentinel = 7.5;
    private readonly Graph kernel;
    private readonly int rows;
    private readonly int columns;

    /// <summary>Which input an output takes the place of, by output; others have memory of their own.</summary>
    public Dictionary<int, int> InPlace { get; init; } = [];

    /// <summary>Cuts of [0, columns) into separate calls, for kernels without reductions.</summary>
    public int[] Cuts { get; init; } = [];

    public KernelRun(Graph kernel, int rows, int columns) => (this.kernel, this.rows, this.columns) = (kernel, rows, columns);

    public NdArray[] Run(KernelBody body, NdArray[] inputs)
    {
        var operands = new KernelOperand[kernel.Inputs.Count + kernel.Outputs.Count];
        var memory = new Array[operands.Length];
        var shapes = new KernelShape[operands.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            bool input = i < inputs.Length;
            shapes[i] = KernelShapes.Of(input ? kernel.Inputs[i].Type : kernel.Values.Type(kernel.Outputs[i - inputs.Length].Value));
            memory[i] = !input && InPlace.TryGetValue(i - inputs.Length, out int source) ? memory[source] : Allocate(shapes[i]);
            if (input)
                Fill(memory[i], shapes[i], inputs[i]);
            void* start = (void*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(memory[i], Gap);
            operands[i] = new KernelOperand(start, Stride(shapes[i]));
        }

        int from = 0;
        foreach (int to in Cuts.Append(columns))
        {
            body(new KernelCall(operands, rows, columns, from, to));
            from = to;
        }

        var results = Enumerable.Range(inputs.Length, kernel.Outputs.Count).Select(i => Take(memory[i], shapes[i])).ToArray();
        foreach (Array array in memory)
            Assert.That(Gaps(array, shapes[Array.IndexOf(memory, array)]), Is.All.EqualTo(Sentinel),
                "a kernel writes nothing but its outputs");
        return results;
    }

    private int Stride(KernelShape shape) => shape switch
    {
        KernelShape.Full => columns + Gap,
        KernelShape.Row => 3,
        KernelShape.Index => 1,
        _ => 0,
    };

    private (int Rows, int Columns) Extent(KernelShape shape) => shape switch
    {
        KernelShape.Full => (rows, columns),
        KernelShape.Row or KernelShape.Index => (rows, 1),
        KernelShape.Column => (1, columns),
        _ => (1, 1),
    };

    private Array Allocate(KernelShape shape)
    {
        var (height, width) = Extent(shape);
        int length = Gap + (height * Math.Max(Stride(shape), width)) + Gap;
        if (shape == KernelShape.Index)
            return GC.AllocateArray<int>(length, pinned: true);
        T[] array = GC.AllocateArray<T>(length, pinned: true);
        Array.Fill(array, Number(Sentinel));
        return array;
    }

    private IEnumerable<(int Flat, int Place)> Places(KernelShape shape)
    {
        var (height, width) = Extent(shape);
        for (int i = 0; i < height * width; i++)
            yield return (i, Gap + (i / width * Stride(shape)) + (i % width));
    }

    private void Fill(Array array, KernelShape shape, NdArray values)
    {
        foreach (var (flat, place) in Places(shape))
        {
            if (array is int[] integers)
                integers[place] = (int)values.Data[flat];
            else
                ((T[])array)[place] = Number(values.Data[flat]);
        }
    }

    private NdArray Take(Array array, KernelShape shape)
    {
        var (height, width) = Extent(shape);
        var result = new NdArray(height, width);
        foreach (var (flat, place) in Places(shape))
            result.Data[flat] = Convert.ToDouble(((T[])array)[place]);
        return result;
    }

    private IEnumerable<double> Gaps(Array array, KernelShape shape)
    {
        if (array is int[])
            return [];
        var inside = Places(shape).Select(pair => pair.Place).ToHashSet();
        return Enumerable.Range(0, array.Length).Where(place => !inside.Contains(place))
            .Select(place => Convert.ToDouble(((T[])array)[place]));
    }

    private static T Number(double value) => (T)Convert.ChangeType(value, typeof(T));
}
