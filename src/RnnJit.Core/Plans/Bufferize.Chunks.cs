using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

internal sealed partial class Bufferize
{
    private readonly List<(int Loop, ChunkedMatMul Product)> chunked = [];

    // The loop that alone reads a product of all time steps with a weight, so that the product may be computed some
    // steps ahead of it; −1 if there is none.
    private int ChunkedLoop(Node product, ContractOp op, int value)
    {
        if (IsBody || !context.Chunks || destinations.ContainsKey(value) || graph.Values.Type(value) is not { Rank: 3 } type
            || !OverRows(op))
            return -1;

        int weight = product.Operands[1];
        bool packs = WeightOf(weight) is not null || (views[weight]?.Buffer.IsParameter == true && graph.Values.Type(weight).Rank == 2);
        BufferView rows = Any(product.Operands[0]);
        int loop = packs && rows.IsContiguous ? SoleLoop(value) : -1;
        bool takes = loop >= 0 && graph.Nodes[loop].Op is ScanOp { HasLoops: false } scan && scan.Time == type.Dims[0]
            && LegalityOf(loop).Interpreted is null;
        return takes && Chunk(value) > 0 ? loop : -1;
    }

    // x [T, B, X] times a weight: rows and columns of the result are those of the operands.
    private static bool OverRows(ContractOp op) =>
        op.Left.Length == 3 && op.Right.Length == 2 && op.Result.Length == 3 && op.Result[0] == op.Left[0] && op.Result[1] == op.Left[1]
            && op.Right.Contains(op.Result[2]) && !op.Left.Contains(op.Result[2]);

    private int Chunk(int value)
    {
        int[] shape = context.Shape(graph.Values.Type(value));
        return ChunkedMatMul.StepsOf(shape[0], shape[1], (long)shape[1] * shape[2] * (context.Real == ElementType.F64 ? 8 : 4),
            context.Target.Chunks);
    }

    // The node of the only loop that reads a value, or its parts, as a sequence; −1 if somebody else reads it.
    private int SoleLoop(int value)
    {
        int loop = -1;
        var open = new Stack<int>([value]);
        while (open.Count > 0)
        {
            int read = open.Pop();
            if (Readers.IsOutput(read) || destinations.ContainsKey(read))
                return -1;
            foreach (int n in Readers.Of(read))
            {
                Node node = graph.Nodes[n];
                if (node.Op is SliceOp { Axis: > 1 })
                    open.Push(graph.Values.FirstResult(n));
                else if (node.Op is ScanOp scan && (loop < 0 || loop == n) && !node.Operands.Skip(scan.Sequences).Contains(read))
                    loop = n;
                else
                    return -1;
            }
        }

        return loop;
    }

    // Room for one chunk; time step t lies where t modulo its steps does.
    private BufferView Ring(int value)
    {
        int[] shape = context.Shape(graph.Values.Type(value));
        int chunk = Chunk(value);
        BufferView room = context.AllocateRows([chunk, shape[1], shape[2]], graph.Values.Type(value).Element);
        return room with { Shape = shape, Ring = chunk };
    }

    private void AddChunked(int loop, MatMulForm form, BufferView packed, int value, AccumulatorInit? start)
    {
        int[] shape = context.Shape(graph.Values.Type(value));
        var all = new MatMulCommand(form, packed, Reverse: false, InvariantB: true) { Init = start };
        chunked.Add((loop, new ChunkedMatMul(all, shape[0], Chunk(value), shape[1])));
    }
}
