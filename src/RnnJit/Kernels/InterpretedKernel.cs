using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Kernels;

/// <summary>A kernel graph evaluated in double by the ops themselves, a block of rows at a time; in f32 each result is rounded.</summary>
internal sealed class InterpretedKernel
{
    private const int BlockRows = 64;
    private readonly Graph kernel;
    private readonly ElementType real;

    /// <exception cref="GraphException">RNNJ180 to RNNJ182: the graph is no kernel.</exception>
    public InterpretedKernel(Graph kernel, ElementType real)
    {
        this.kernel = KernelCanonical.Run(kernel);
        this.real = real;
    }

    public void Run(in KernelCall call)
    {
        for (int first = 0; first < call.Rows; first += BlockRows)
            RunBlock(in call, first, Math.Min(BlockRows, call.Rows - first));
    }

    private void RunBlock(in KernelCall call, int first, int rows)
    {
        // Outputs may take the place of inputs, so all is read before anything is written.
        var sizes = new Dictionary<string, int> { ["R"] = rows, ["N"] = call.End - call.Start };
        var evaluation = new Evaluation(sizes, (_, _, _) => throw new InvalidOperationException("A kernel has no nested graph."));
        var values = new NdArray[kernel.Values.Count];
        for (int i = 0; i < kernel.Inputs.Count; i++)
            values[i] =
                Read(in call, i, KernelShapes.Of(kernel.Inputs[i].Type), new NdArray(evaluation.Shape(kernel.Inputs[i].Type)), first);
        for (int n = 0; n < kernel.Nodes.Count; n++)
            values[kernel.Values.FirstResult(n)] = Round(Evaluate(kernel.Nodes[n], values, evaluation, in call));
        for (int i = 0; i < kernel.Outputs.Count; i++)
            Write(in call, kernel.Inputs.Count + i, kernel.Outputs[i].Value, values, first);
    }

    // Ops that depend on a column's index are evaluated here, because a call may cover only a range of columns.
    private static NdArray Evaluate(Node node, NdArray[] values, Evaluation evaluation, in KernelCall call)
    {
        if (node.Op is ExtentOp)
            return NdArray.Scalar(call.Columns);
        if (node.Op is not MarkOp mark)
            return node.Op.Evaluate(node.Operands.Select(operand => values[operand]).ToArray(), evaluation)[0];

        NdArray index = values[node.Operands[0]];
        var marks = new NdArray(evaluation.Shape(node.Results[0]));
        int columns = marks.Shape[1];
        for (int i = 0; i < marks.Length; i++)
        {
            int named = (int)index.Data[i / columns];
            marks.Data[i] = named != mark.Ignored && mark.Marks(named, call.Start + (i % columns)) ? 1 : 0;
        }

        return marks;
    }

    private NdArray Read(in KernelCall call, int operand, KernelShape shape, NdArray target, int first)
    {
        bool hasColumns = shape is KernelShape.Full or KernelShape.Column;
        int width = hasColumns ? target.Shape[^1] : 1, start = hasColumns ? call.Start : 0;
        for (int i = 0; i < target.Length; i += width)
        {
            int row = first + (i / width);
            Span<double> to = target.Data.AsSpan(i, width);
            if (shape == KernelShape.Index)
                to[0] = call.Span<int>(operand, row, 1)[0];
            else if (real == ElementType.F64)
                call.Span<double>(operand, row, start + width)[start..].CopyTo(to);
            else
                Widen(call.Span<float>(operand, row, start + width)[start..], to);
        }

        return target;
    }

    private static void Widen(ReadOnlySpan<float> from, Span<double> to)
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = from[i];
    }

    private void Write(in KernelCall call, int operand, int output, NdArray[] values, int first)
    {
        NdArray value = values[output];
        int width = value.Shape[1], start = KernelShapes.Of(kernel.Values.Type(output)) == KernelShape.Row ? 0 : call.Start;
        for (int i = 0; i < value.Length; i += width)
        {
            int row = first + (i / width);
            ReadOnlySpan<double> from = value.Data.AsSpan(i, width);
            if (real == ElementType.F64)
            {
                from.CopyTo(call.Span<double>(operand, row, start + width)[start..]);
                continue;
            }

            Span<float> to = call.Span<float>(operand, row, start + width)[start..];
            for (int c = 0; c < width; c++)
                to[c] = (float)from[c];
        }
    }

    private NdArray Round(NdArray x) =>
        real == ElementType.F64 ? x : new NdArray(x.Shape, Array.ConvertAll(x.Data, value => (double)(float)value));
}
