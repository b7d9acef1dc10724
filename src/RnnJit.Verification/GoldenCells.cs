using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>Single cells over time, x [T, B, X] ⇒ y [T, B, …], with states s0, s1, … and the weights as the cases stack them.</summary>
internal sealed class GoldenCells
{
    private readonly GoldenGraph graph;
    private readonly GoldenLayout layout;

    private GoldenCells(GoldenCase given, ElementType real, GoldenLayout layout)
    {
        graph = new GoldenGraph(given, real);
        this.layout = layout;
    }

    /// <summary>The cell over time with everything that it returns.</summary>
    /// <param name="cell">Made for the case, so that its numbers can be the case's.</param>
    public static Func<GoldenCase, ElementType, Graph> Of(Func<GoldenCase, CellDefinition> cell, GoldenLayout layout) =>
        (given, real) => new GoldenCells(given, real, layout).Build(cell(given));

    public static Func<GoldenCase, ElementType, Graph> Of(Type cell, GoldenLayout? layout = null) =>
        Of(_ => CellTracer.Trace(cell), layout ?? new GoldenLayout());

    // h' = tanh(W x + U h + b), y = V h' + d.
    public static Graph Elman(GoldenCase given, ElementType real)
    {
        var cells = new GoldenCells(given, real, new GoldenLayout());
        var (finals, sequences) = cells.Apply(CellTracer.Trace(typeof(Elman)));
        Value v = cells.graph.Parameter("V", "O", "H"), d = cells.graph.Parameter("d", "O");
        cells.graph.Return("y", Rnn.Product(new Matrix(v), sequences["h"]) + d);
        cells.graph.Return("sn0", finals[0]);
        return cells.graph.Build();
    }

    private Graph Build(CellDefinition cell)
    {
        var (finals, sequences) = Apply(cell);
        graph.Return("y", sequences[cell.LayerOutput.Name]);
        for (int s = 0; s < finals.Length && layout.Finals; s++)
            graph.Return("sn" + s, finals[s]);
        return graph.Build();
    }

    private (Value[] Finals, IReadOnlyDictionary<string, Value> Sequences) Apply(CellDefinition cell)
    {
        string[] states = cell.States.Select(port => port.Name).ToArray();
        Dictionary<string, Value> inputs = cell.Step.Inputs.ToDictionary(port => port.Name, port => port.Role switch
        {
            PortRole.Input => Sequence(port),
            PortRole.State => graph.Input(layout.Renamed(port.Name) ?? "s" + Array.IndexOf(states, port.Name), [.. port.Type.Dims]),
            PortRole.PerSequence => graph.Input(layout.Renamed(port.Name) ?? port.Name, [.. port.Type.Dims]),
            _ => Parameter(port),
        });
        return CellScan.Apply(graph.Builder, cell, inputs, "T", lengths: graph.Lengths("B"));
    }

    private Value Sequence(Port port)
    {
        string name = layout.Renamed(port.Name) ?? port.Name;
        if (!port.Type.IsReal)
            return graph.Builder.Input(name, port.Type.WithDims(port.Type.Dims.Prepend("T")));

        // A schedule is the same for all rows: [T, H].
        Dim[] dims = [.. port.Type.Dims];
        if (graph.Case.Inputs.TryGetValue(name, out NdArray? found) && found.Rank == dims.Length)
            return graph.Builder.Add(new BroadcastOp(["T", .. dims]),
                graph.Reshape(graph.Input(name, ["T", .. dims.Skip(1)]), ["T", 1, .. dims.Skip(1)]));
        return graph.Input(name, ["T", .. dims]);
    }

    // Wf is the rows of gate f in W.
    private Value Parameter(Port port)
    {
        if (layout.Build?.Invoke(graph, port.Name) is { } built)
            return built;
        if (layout.Renamed(port.Name) is { } name)
            return graph.Parameter(name, [.. port.Type.Dims]);
        foreach (var (prefix, whole, gates) in layout.Stacks)
        {
            int gate = port.Name.StartsWith(prefix, StringComparison.Ordinal) ? Array.IndexOf(gates, port.Name[prefix.Length..]) : -1;
            if (gate >= 0)
                return graph.Gate(graph.Parameter(whole, [gates.Length * port.Type.Dims[0], .. port.Type.Dims.Skip(1)]), gate,
                    port.Type.Dims[0]);
        }

        return graph.Parameter(port.Name, [.. port.Type.Dims]);
    }
}
