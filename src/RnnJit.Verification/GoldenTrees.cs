using System.Text.Json;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Verification;

/// <summary>Networks over trees; the order of the nodes is made from the tree that the case describes.</summary>
internal static class GoldenTrees
{
    private const string Name = "tree";
    private static readonly Dim N = "N", I = "I", H = "H", C = "C", T = "T", W = "W";

    /// <summary>The case with the integers of its tree, ordered in steps.</summary>
    /// <exception cref="GoldenException">The case describes no tree.</exception>
    public static GoldenCase WithSchedule(GoldenCase given)
    {
        TreeSchedule schedule = given.Config.TryGetProperty("parents", out JsonElement parents)
            ? TreeSchedule.OfParents([parents.EnumerateArray().Select(parent => parent.GetInt32()).ToArray()])
            : TreeSchedule.Of([GoldenReader.Member(given.Config, "nodes").EnumerateArray()
                .Select(node => (IReadOnlyList<int>)(node.ValueKind == JsonValueKind.Null ? [] : node.EnumerateArray()
                    .Select(child => child.GetInt32()).ToArray())).ToArray()]);
        var ints = given.Ints.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var (name, tensor) in schedule.Inputs(Name))
            ints[name] = tensor;
        return given with { Ints = ints };
    }

    // Rows i, o, u; the forget gate apart.
    public static Graph ChildSumLstm(GoldenCase given, ElementType real)
    {
        var graph = new GoldenGraph(given, real);
        Value x = graph.Input("x", N, I), w = graph.Parameter("Wiou", 3 * H, I), u = graph.Parameter("Uiou", 3 * H, H),
            b = graph.Parameter("biou", 3 * H);
        Matrix W(int gate) => new(graph.Gate(w, gate, H));
        Matrix U(int gate) => new(graph.Gate(u, gate, H));
        Vector B(int gate) => new(graph.Gate(b, gate, H));
        var (h, c) = TreeCells.ChildSumLstm(
            Forest(graph, arity: 0), x, W(0), U(0), B(0), new Matrix(graph.Parameter("Wf", H, I)), new Matrix(graph.Parameter("Uf", H, H)),
            new Vector(graph.Parameter("bf", H)),
            W(1), U(1), B(1), W(2), U(2), B(2));
        graph.Return("h", h);
        graph.Return("c", c);
        return graph.Build();
    }

    // Rows i, fl, fr, o, u.
    public static Graph BinaryLstm(GoldenCase given, ElementType real)
    {
        var graph = new GoldenGraph(given, real);
        Value x = graph.Input("x", N, I), w = graph.Parameter("W", 5 * H, I), l = graph.Parameter("Ul", 5 * H, H),
            r = graph.Parameter("Ur", 5 * H, H), b = graph.Parameter("b", 5 * H);
        Matrix[] Rows(Value stacked) => Enumerable.Range(0, 5).Select(gate => new Matrix(graph.Gate(stacked, gate, H))).ToArray();
        var (h, c) = TreeCells.BinaryLstm(Forest(graph, arity: 2), x, Rows(w), Rows(l), Rows(r),
            Enumerable.Range(0, 5).Select(gate => new Vector(graph.Gate(b, gate, H))).ToArray());
        graph.Return("h", h);
        graph.Return("c", c);
        return graph.Build();
    }

    // The loss is the sum over all nodes of the cross-entropy of Ws h + bs.
    public static Graph RecursiveTensor(GoldenCase given, ElementType real)
    {
        var graph = new GoldenGraph(given, real);
        Value h = TreeCells.RecursiveTensor(
            Forest(graph, arity: 2), graph.Input("x", N, H), new Tensor3(graph.Parameter("V", H, 2 * H, 2 * H)),
            new Matrix(graph.Parameter("W", H, 2 * H)), new Vector(graph.Parameter("b", H)));
        Value logits = (new Matrix(graph.Parameter("Ws", C, H)) * h) + graph.Parameter("bs", C);
        graph.Return("h", h);
        graph.Return("logits", logits);
        graph.Return("loss", Loss.CrossEntropy(logits, graph.Integers("labels", N), new CrossEntropyOptions { Reduction = Reduction.Sum }));
        return graph.Build();
    }

    private static Forest Forest(GoldenGraph graph, int arity) =>
        Networks.Forest.Declare((name, dims) => graph.Integers(name, dims), Name, T, W, N, arity);
}
