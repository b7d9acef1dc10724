using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

// Destinations of products.
internal sealed partial class Bufferize
{
    // Sequences that only this loop reads.
    private readonly HashSet<int> spent = [];
    private HashSet<int>? alone;
    private Dictionary<int, int>? products;
    private Dictionary<int, int>? starts;
    private ValueReaders? readers;

    private ValueReaders Readers => readers ??= ValueReaders.Of(graph);

    // The buffer of a product's result: the reader's destination if there is one; else the accumulators' initial value, if it is not read
    // later; else a new buffer.
    private BufferView Result(int value, int startsFrom)
    {
        if (destinations.TryGetValue(value, out BufferView? destination))
            return destination;
        if (startsFrom >= 0 && IsReadOnce(startsFrom, out int whole) && spent.Contains(whole)
            && ViewOf(startsFrom).Rank == graph.Values.Type(value).Rank)
            return ViewOf(startsFrom);

        TensorType type = graph.Values.Type(value);
        return OnlyLoopsAndKernelsRead(value) ? context.AllocateRows(context.Shape(type),
            type.Element) : context.Allocate(context.Shape(type), type.Element);
    }

    // Sequences of a body that a product of this region made and that only its loop reads.
    private IEnumerable<int> Spent(Node node, ScanOp scan) =>
        Enumerable.Range(0, scan.Sequences).Where(i => IsReadOnce(node.Operands[i], out int whole) && Products.ContainsKey(whole));

    // Results of scheduled matrix products: the node of the product.
    private Dictionary<int, int> Products
    {
        get
        {
            if (products is not null)
                return products;
            products = [];
            foreach (ScheduledOp scheduled in Schedule.Ops)
            {
                if (scheduled is ScheduledMatMul product)
                    products.Add(graph.Values.FirstResult(product.Node), product.Product);
                else if (scheduled is ScheduledNode op && graph.Nodes[op.Node].Op is ContractOp)
                    products.Add(graph.Values.FirstResult(op.Node), op.Node);
            }

            return products;
        }
    }

    // Whether one node alone reads a value. A part that no other part overlaps counts as a value of its own.
    private bool IsReadOnce(int value, out int whole)
    {
        whole = value;
        if (Reads(value) != 1)
            return false;
        if (graph.Values.Node(value) is not (int maker and >= 0) || graph.Nodes[maker].Op is not SliceOp part)
            return true;

        int all = whole = graph.Nodes[maker].Operands[0];
        return !destinations.ContainsKey(all) && !Readers.IsOutput(all)
            && Readers.Of(all).Where(n => n != maker).All(n => graph.Nodes[n].Op is SliceOp other && AreApart(part, other));
    }

    private int Reads(int value) => destinations.ContainsKey(value)
        ? int.MaxValue
        : Readers.Count(value);

    private bool AreApart(SliceOp a, SliceOp b)
    {
        int startA = a.Start.Evaluate(context.Sizes), startB = b.Start.Evaluate(context.Sizes);
        return a.Axis == b.Axis
            && (startA + a.Length.Evaluate(context.Sizes) <= startB || startB + b.Length.Evaluate(context.Sizes) <= startA);
    }

    // These take rows as far apart as they lie.
    private bool OnlyLoopsAndKernelsRead(int value) => !Readers.IsOutput(value) && Readers.Of(value).All(n =>
        graph.Nodes[n].Op switch
        {
            ScanOp scan => !graph.Nodes[n].Operands.Skip(scan.Sequences).Contains(value),
            SliceOp slice => slice.Axis == graph.Values.Type(value).Rank - 1 && OnlyLoopsAndKernelsRead(graph.Values.FirstResult(n)),
            _ => !Alone.Contains(n),
        });

    // Scheduled nodes outside kernels.
    private HashSet<int> Alone => alone ??= [.. Schedule.Ops.OfType<ScheduledNode>().Select(single => single.Node),
        .. Schedule.Ops.OfType<ScheduledMatMul>().Select(matmul => matmul.Product)];
}
