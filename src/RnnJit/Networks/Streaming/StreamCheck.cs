using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>Check that a Program is causal: each step of its results depends on that step and earlier ones alone.</summary>
internal static class StreamCheck
{
    public static Dim Time { get; } = Dim.Symbol("T");

    /// <param name="lengths">Rows may have lengths, which the caller gives for each part of a sequence.</param>
    /// <exception cref="GraphException">RNNJ195: it does not.</exception>
    public static void Run(Graph program, bool lengths = false)
    {
        // Values of the last step: a stream knows those of the step it is at, which is the same only until they go back to all steps.
        var last = new HashSet<int>();
        for (int n = 0; n < program.Nodes.Count; n++)
        {
            Node node = program.Nodes[n];
            int first = program.Values.FirstResult(n);
            bool late = node.Operands.Any(last.Contains);
            if (Fault(node, node.Operands.Select(program.Values.Type).ToArray(), late, lengths) is { } fault)
                throw new GraphException("RNNJ195", $"'{program.Name}' cannot be streamed: {fault}");
            if (node.Op is SliceOp slice && IsTimed(program.Values.Type(node.Operands[0]).Dims[slice.Axis]))
                late = true;
            int count = node.Op is ScanOp scan && IsTimed(scan.Time) ? scan.States : late ? node.Results.Count : 0;
            last.UnionWith(Enumerable.Range(first, count));
        }
    }

    private static string? Fault(Node node, TensorType[] x, bool late, bool lengths) =>
        late && (node.Op is ScanOp scan ? IsTimed(scan.Time) : node.Results.Any(type => type.Dims.Any(IsTimed)))
            ? "what the last step gives goes back to all steps (leave it to the whole sequence)"
            : Fault(node, x, lengths);

    private static string? Fault(Node node, TensorType[] x, bool lengths) => node.Op switch
    {
        ScanOp scan => Fault(scan, lengths),
        ReductionOp reduction when reduction.Axes.Any(axis => IsTimed(x[0].Dims[axis])) =>
            $"'{node.Op.Name}' runs over all time steps (leave it to the whole sequence)",
        ContractOp contract when SumsOverTime(contract, x) => "a product sums over all time steps (leave it to the whole sequence)",
        ConcatOp concat when x.Any(type => IsTimed(type.Dims[concat.Axis])) => "sequences are joined along time (feed one after the other)",
        SliceOp slice when IsTimed(x[0].Dims[slice.Axis]) && !(slice.Start == x[0].Dims[slice.Axis] - 1 && slice.Length.IsOne) =>
            "a part of the time steps is cut out (only the last one is known step by step)",
        GatherOp when x[0].Dims.Any(IsTimed) => "time steps are picked by index (leave it to the whole sequence)",
        ScatterOp or ScatterAddOp when node.Results.Any(type => type.Dims.Any(IsTimed)) =>
            "time steps are written by index (leave it to the whole sequence)",
        ExtentOp extent when IsTimed(extent.Dim) => "the number of time steps is used (leave it to the whole sequence)",
        ArgMaxOp when IsTimed(x[0].Dims[^1]) => "the greatest of all time steps is sought (leave it to the whole sequence)",
        MarkOp mark when IsTimed(mark.Places) => "time steps are marked by index (leave it to the whole sequence)",
        _ => null,
    };

    private static string? Fault(ScanOp scan, bool lengths)
    {
        if (!IsTimed(scan.Time))
            return null;
        if (scan.Time != Time || scan.Sums > 0)
            return "a loop adds up over all time steps (leave it to the whole sequence)";
        if (scan.Reverse)
            return "a layer runs backwards in time (choose the forward direction)";
        if (scan.HasLengths && !lengths)
            return "rows have lengths (drop them: a stream ends when no step follows)";
        return scan.Body.Inputs.Any(
            port => port.Role == PortRole.Table) ? "a loop keeps a row for each step (leave it to the whole sequence)" : null;
    }

    private static bool SumsOverTime(ContractOp contract, TensorType[] x) =>
        contract.Left.Select((label, axis) => (label, dim: x[0].Dims[axis]))
            .Any(pair => !contract.Result.Contains(pair.label) && IsTimed(pair.dim));

    public static bool IsTimed(Dim dim) => dim.Terms.Any(term => term.Symbol == Time.AsSymbol);
}
