using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Single cells over time, x [T, B, I] ⇒ y [T, B, …], with the weights as the cases stack them.</summary>
internal static class GoldenCells
{
    private static readonly Dim T = "T", B = "B", I = "I", H = "H", O = "O";

    // h' = tanh(W x + U h + b), y = V h' + d.
    public static Graph Elman(GoldenCase given, ElementType real)
    {
        var graph = new GoldenGraph(given, real);
        var inputs = new Dictionary<string, Value>
        {
            ["x"] = graph.Input("x", T, B, I),
            ["h"] = graph.Input("s0", B, H),
            ["W"] = graph.Parameter("W", H, I),
            ["U"] = graph.Parameter("U", H, H),
            ["b"] = graph.Parameter("b", H),
        };
        Value v = graph.Parameter("V", O, H), d = graph.Parameter("d", O);
        var (finals, sequences) = CellScan.Apply(graph.Builder, CellTracer.Trace(typeof(Elman)), inputs, T, lengths: graph.Lengths(B));
        graph.Return("y", Rnn.Product(new Matrix(v), sequences["h"]) + d);
        graph.Return("sn0", finals[0]);
        return graph.Build();
    }

    // Rows r, z, n; one bias; the reset gate before the product.
    public static Graph GruResetBefore(GoldenCase given, ElementType real)
    {
        var graph = new GoldenGraph(given, real);
        var inputs = new Dictionary<string, Value> { ["x"] = graph.Input("x", T, B, I), ["h"] = graph.Input("s0", B, H) };
        Value w = graph.Parameter("W", 3 * H, I), r = graph.Parameter("R", 3 * H, H), b = graph.Parameter("b", 3 * H);
        Value? lengths = graph.Lengths(B);
        string[] gates = ["r", "z", "n"];
        for (int gate = 0; gate < gates.Length; gate++)
        {
            inputs["W" + gates[gate]] = graph.Gate(w, gate, H);
            inputs["U" + gates[gate]] = graph.Gate(r, gate, H);
            inputs["b" + gates[gate]] = graph.Gate(b, gate, H);
        }

        var (finals, sequences) = CellScan.Apply(graph.Builder, CellTracer.Trace(typeof(Gru)), inputs, T, lengths: lengths);
        graph.Return("y", sequences["h"]);
        graph.Return("sn0", finals[0]);
        return graph.Build();
    }
}
