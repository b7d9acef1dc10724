using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>
/// The exact value of a kernel and how far a computation in precision u may be from it. Each elementwise op adds 4 units in
/// the last place, what the engine states for its functions, to the spread of the op over the box of its operands' errors; a
/// sum of n terms adds n units of Σ |x|.
/// </summary>
internal sealed class ErrorBound(Graph kernel, int rows, int columns, double unit, double tiny)
{
    private readonly Evaluation evaluation =
        new(new Dictionary<string, int> { ["R"] = rows, ["N"] = columns }, (_, _, _) => throw new NotSupportedException());

    /// <summary>Value and largest error of each output.</summary>
    public (NdArray Value, NdArray Error)[] Run(NdArray[] inputs)
    {
        var values = new NdArray[kernel.Values.Count];
        var errors = new NdArray[kernel.Values.Count];
        for (int i = 0; i < inputs.Length; i++)
            (values[i], errors[i]) = (inputs[i], new NdArray(inputs[i].Shape));
        for (int n = 0; n < kernel.Nodes.Count; n++)
        {
            Node node = kernel.Nodes[n];
            int value = kernel.Values.FirstResult(n);
            NdArray[] x = node.Operands.Select(operand => values[operand]).ToArray(),
                e = node.Operands.Select(operand => errors[operand]).ToArray();
            values[value] = node.Op.Evaluate(x, evaluation)[0];
            errors[value] = node.Op switch
            {
                ElementwiseOp op => Elementwise(op, x, e, values[value]),
                SumOp sum => Sum(sum, x[0], e[0]),
                ReductionOp most => most.Evaluate(e, evaluation)[0],
                ConstantOp => Map(values[value], y => unit * Math.Abs(y)),
                _ => node.Operands.Count == 1
                    && kernel.Values.Type(node.Operands[0]).IsReal ? node.Op.Evaluate(e, evaluation)[0] : new NdArray(values[value].Shape),
            };
        }

        return kernel.Outputs.Select(output => (values[output.Value], errors[output.Value])).ToArray();
    }

    private NdArray Elementwise(ElementwiseOp op, NdArray[] x, NdArray[] e, NdArray y)
    {
        var error = new NdArray(y.Shape);
        var at = new double[x.Length];
        NdArray.ForEach(y.Shape, (index, flat) =>
        {
            double spread = 0;
            for (int corner = 0; corner < 1 << x.Length; corner++)
            {
                for (int i = 0; i < x.Length; i++)
                {
                    int offset = x[i].BroadcastOffset(index);
                    at[i] = x[i].Data[offset] + ((corner >> i & 1) == 0 ? e[i].Data[offset] : -e[i].Data[offset]);
                }

                double change = Math.Abs(op.Evaluate(at) - y.Data[flat]);
                spread = double.IsNaN(change) ? double.PositiveInfinity : Math.Max(spread, change);
            }

            double[] center = x.Select(operand => operand.Data[operand.BroadcastOffset(index)]).ToArray();
            double[] width = e.Select(operand => operand.Data[operand.BroadcastOffset(index)]).ToArray();
            if (op is EqualOp && center[0] != center[1] && Math.Abs(center[0] - center[1]) <= width[0] + width[1])
                spread = 1;
            if (op is DivOp && Math.Abs(center[1]) <= width[1])
                spread = double.PositiveInfinity;
            bool exact = op is LessOp or LessEqualOp or EqualOp or SelectOp or NegOp or AbsOp or MaxOp or MinOp or ReluOp or DetachOp
                or FloorOp;
            error.Data[flat] = spread + (exact ? 0 : (4 * unit * Math.Abs(y.Data[flat])) + tiny);
        });
        return error;
    }

    private NdArray Sum(SumOp sum, NdArray x, NdArray e)
    {
        NdArray size = sum.Evaluate([Map(x, Math.Abs)], evaluation)[0], spread = sum.Evaluate([e], evaluation)[0];
        return new NdArray(size.Shape, size.Data.Zip(spread.Data, (s, d) => d + (2 * columns * unit * s)).ToArray());
    }

    private static NdArray Map(NdArray x, Func<double, double> f) => new(x.Shape, Array.ConvertAll(x.Data, value => f(value)));
}
