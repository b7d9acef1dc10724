using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>On which rows the products and kernels over all steps of a region are done, and why on all.</summary>
internal sealed class RowRemarks
{
    private const string Elsewhere = "; on all rows, for it is none of the products and kernels that go along time and rows of the batch";

    private readonly OpSchedule schedule;
    private readonly Graph graph;
    private readonly PaddingAnalysis ends;
    private readonly Ending[] endings;

    public RowRemarks(OpSchedule schedule)
    {
        this.schedule = schedule;
        graph = schedule.Graph;
        ends = new PaddingAnalysis(schedule);
        endings = graph.Nodes.Where(node => node.Op is ScanOp { HasLengths: true })
            .Select(node => new Ending(node.Operands[node.Operands.Count - 1], ((ScanOp)node.Op).Time)).Distinct().ToArray();
    }

    /// <summary>Half a sentence with a semicolon before it; nothing where rows have no ends.</summary>
    public string Of(int node)
    {
        Node done = graph.Nodes[node];
        if (done.Op is not ContractOp product)
            return "";
        if (ends.Of(node) is { } end)
            return RowsOf(end.Kind);
        RowProduct use = new[] { false, true }.Select(batchFirst => RowProduct.Of(product, batchFirst) is { Use: not RowUse.None } rows
            && IsOverSteps(graph.Values.Type(done.Operands[rows.Operand]).Dims, batchFirst) ? rows : default)
            .FirstOrDefault(rows => rows.Use != RowUse.None);
        if (use.Use == RowUse.None)
            return done.Operands.Any(operand => HasSteps(graph.Values.Type(operand).Dims)) ? Elsewhere : "";
        return use.Adds ? "; of all rows, for neither factor is 0 behind their ends" : AllRows(ends.ResultOf(node));
    }

    /// <inheritdoc cref="Of(int)"/>
    public string Of(ScheduledKernel kernel)
    {
        if (!IsOverSteps(kernel.Rows, batchFirst: false) && !IsOverSteps(kernel.Rows, batchFirst: true))
            return HasSteps([.. kernel.Rows, kernel.Columns]) ? Elsewhere : "";
        if (ends.Of(kernel) is { } end)
            return RowsOf(end.Zeros.Length == 0 ? PaddingResult.Unread : PaddingResult.Zero);
        return kernel.Outputs.Select(AllRows).FirstOrDefault(why => why.Length > 0)
            ?? "; on all rows, for its results end by different lengths";
    }

    private bool IsOverSteps(EquatableArray<Dim> dims, bool batchFirst) =>
        dims.Count > 1 && endings.Any(
            end => dims[batchFirst ? 1 : 0] == end.Time && dims[batchFirst ? 0 : 1] == graph.Values.Type(end.Lengths).Dims[0]);

    // Time and rows in another order or with something between them.
    private bool HasSteps(IReadOnlyList<Dim> dims) =>
        endings.Any(end => dims.Contains(end.Time) && dims.Contains(graph.Values.Type(end.Lengths).Dims[0]));

    private static string RowsOf(PaddingResult kind) => kind switch
    {
        PaddingResult.Unread => "; on rows that run only",
        PaddingResult.Zero => "; on rows that run only, 0 behind",
        PaddingResult.Init => "; on rows that run only, behind what its chains start from",
        _ => "; of rows that run only",
    };

    private string AllRows(int value) => ends.WantsAllRows(value) ? $"; on all rows, for {Reader(value)}" : "";

    private string Reader(int value) => ends.AllRowsFor(value) switch
    {
        ScheduledKernel kernel =>
            $"scheduled op {schedule.Ops.ToList().IndexOf(kernel) + 1} reads {RegionRemarks.ValueName(graph, value)} in all of them",
        ScheduledMatMul product =>
            $"contract {RegionRemarks.ValueName(graph, graph.Values.FirstResult(product.Node))} reads "
                + $"{RegionRemarks.ValueName(graph, value)} in all of them",
        ScheduledNode op =>
            $"{graph.Nodes[op.Node].Op.Name} {RegionRemarks.ValueName(graph, graph.Values.FirstResult(op.Node))} reads "
                + $"{RegionRemarks.ValueName(graph, value)} in all of them",
        _ => $"{RegionRemarks.ValueName(graph, value)} is given out",
    };
}
