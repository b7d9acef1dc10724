using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Attention of queries [B, Tq, Q] over keys [B, S, K] and values [B, S, V], with lengths as mask; a decoder that
/// attends.</summary>
internal static class GoldenAttention
{
    private static readonly Dim T = "T", B = "B", S = "S", Q = "Q", K = "K", V = "V", A = "A", E = "E", H = "H";

    public static Graph Additive(GoldenCase given, ElementType real) => Build(given, real, K, (graph, query, keys) => Attention.Additive(
        query, keys, new Matrix(graph.Parameter("Wq", A, Q)), new Matrix(graph.Parameter("Wk", A, K)), new Vector(graph.Parameter("b", A)),
        new Vector(graph.Parameter("v", A))));

    public static Graph Concat(GoldenCase given, ElementType real) => Build(given, real, K, (graph, query, keys) => Attention.Concat(
        query, keys, new Matrix(graph.Parameter("W", A, Q + K)), new Vector(graph.Parameter("v", A))));

    public static Graph General(GoldenCase given, ElementType real) =>
        Build(given, real, K, (graph, query, keys) => Attention.General(query, keys, new Matrix(graph.Parameter("W", Q, K))));

    public static Graph Dot(GoldenCase given, ElementType real) => Build(given, real, Q, (_, query, keys) => Attention.Dot(query, keys));

    public static Graph ScaledDot(GoldenCase given, ElementType real) =>
        Build(given, real, Q, (_, query, keys) => Attention.ScaledDot(query, keys));

    // W [4H, E + H] reads the input and what is fed back; rows i, f, g, o.
    public static Graph LuongDecoder(GoldenCase given, ElementType real)
    {
        var graph = new GoldenGraph(given, real);
        Value y = graph.Input("y", T, B, E), memory = Attention.Memory(graph.Input("enc", S, B, H));
        var inputs = new Dictionary<string, Value>
        {
            ["x"] = y, ["h"] = graph.Input("h0", B, H), ["c"] = graph.Input("c0", B, H), ["feed"] = graph.Zeros(B, H),
            ["memory"] = memory, ["mask"] = Attention.Mask(graph.Integers("lengths", B), S, real),
        };
        Value w = graph.Parameter("W", 4 * H, E + H), r = graph.Parameter("R", 4 * H, H), b = graph.Parameter("b", 4 * H);
        string[] gates = ["i", "f", "g", "o"];
        for (int gate = 0; gate < gates.Length; gate++)
        {
            Value rows = graph.Gate(w, gate, H);
            inputs["W" + gates[gate]] = graph.Slice(rows, 1, 0, E);
            inputs["V" + gates[gate]] = graph.Slice(rows, 1, E, H);
            inputs["U" + gates[gate]] = graph.Gate(r, gate, H);
            inputs["b" + gates[gate]] = graph.Gate(b, gate, H);
        }

        inputs["Wa"] = graph.Parameter("Wa", H, H);
        Value wc = graph.Parameter("Wc", H, 2 * H);
        inputs["Wc"] = graph.Slice(wc, 1, 0, H);
        inputs["Vc"] = graph.Slice(wc, 1, H, H);
        var (finals, sequences) = CellScan.Apply(graph.Builder, CellTracer.Trace(typeof(LuongDecoder)), inputs, T);
        graph.Return("attn_h", sequences["y"]);
        graph.Return("weights", sequences["a"]);
        graph.Return("hn", finals[0]);
        graph.Return("cn", finals[1]);
        return graph.Build();
    }

    private static Graph Build(GoldenCase given, ElementType real, Dim width, Func<GoldenGraph, Value, Value, Value> score)
    {
        var graph = new GoldenGraph(given, real);
        Value query = graph.Input("query", B, T, Q), keys = graph.Input("keys", B, S, width), values = graph.Input("values", B, S, V);
        Value scores = score(graph, query, keys);
        Value weights = given.Ints.ContainsKey("lengths") ? Attention.Weights(scores,
            Attention.Mask(graph.Integers("lengths", B), S, real)) : Attention.Weights(scores);
        graph.Return("context", Attention.Read(weights, values));
        graph.Return("weights", weights);
        return graph.Build();
    }
}
