using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Contracts;

// Cells, and cells with regularisation inside the recurrence.
public abstract partial class BackendContract
{
    private static readonly Dictionary<string, Func<CellDefinition, CellDefinition>> Transforms = new()
    {
        ["zoneout"] = cell => cell.WithZoneout(0.1),
        ["variational dropout"] = cell => cell.WithVariationalDropout(0.2, 0.3),
        ["recurrent dropout"] = cell => cell.WithRecurrentDropout(0.25),
        ["DropConnect"] = cell => cell.WithDropConnect(0.5),
        ["weight norm"] = cell => cell.WithWeightNorm(),
        ["layer norm of products"] = cell => cell.WithLayerNorm(epsilon: 0.1),
        ["layer norm of preactivations"] = cell => cell.WithLayerNorm(LayerNormForm.Preactivations, epsilon: 0.1),
        ["all together"] = cell =>
            cell.WithWeightNorm().WithDropConnect(0.5).WithLayerNorm(epsilon: 0.1).WithVariationalDropout(0.1, 0.1).WithZoneout(0.1),
    };

    protected static IEnumerable<string> TransformNames => Transforms.Keys;

    protected static IEnumerable<Type> TransformedCells => [typeof(Lstm), typeof(GruResetAfter), typeof(SLstm)];

    [Test]
    public void Cells_forward_and_backward([Cells] Type type, [Values] bool lengths, [Values] bool reverse)
    {
        CellProgram cell = Cell(type, lengths, reverse);
        Graph program = cell.Build();
        foreach (int batch in new[] { 1, 9 })
        {
            Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch);
            Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
            if (lengths && batch == 1)
                data["lengths"].Data[0] = 4;
            Subject.Check(program, sizes, data);
        }
    }

    [Test, Combinatorial]
    public void Transformed_cells([ValueSource(nameof(TransformedCells))] Type type, [ValueSource(nameof(TransformNames))] string name,
        [Values] bool lengths)
    {
        var cell = new CellProgram(Transforms[name](CellTracer.Trace(type)), lengths, Reverse: lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 5, batch: 4);
        Subject.Check(program, sizes, CellProgram.Draw(program, sizes));
    }
}
