using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Verification;

/// <summary>Losses of logits [N, C] against class numbers [N] or targets [N, C]; CTC of logits [T, B, C].</summary>
internal static class GoldenLosses
{
    private static readonly Dim N = "N", C = "C", T = "T", B = "B", L = "L";

    public static Graph MeanSquaredError(GoldenCase given, ElementType real) =>
        Regression(given, real, (y, target) => Loss.MeanSquaredError(y, target));

    public static Graph MeanAbsoluteError(GoldenCase given, ElementType real) =>
        Regression(given, real, (y, target) => Loss.MeanAbsoluteError(y, target));

    public static Graph Huber(GoldenCase given, ElementType real) => Regression(given, real, (y, target) => Loss.Huber(y, target, 1));

    public static Graph BinaryCrossEntropy(GoldenCase given, ElementType real) => Build(given, real, graph =>
        Loss.BinaryCrossEntropy(graph.Input("logits", N, C), graph.Target("binary", N, C)));

    public static Graph CrossEntropy(GoldenCase given, ElementType real) => Classes(given, real, "labels", _ => new CrossEntropyOptions());

    public static Graph CrossEntropySum(GoldenCase given, ElementType real) =>
        Classes(given, real, "labels", _ => new CrossEntropyOptions { Reduction = Reduction.Sum });

    public static Graph CrossEntropySmoothed(GoldenCase given, ElementType real) =>
        Classes(given, real, "labels", _ => new CrossEntropyOptions { LabelSmoothing = 0.1 });

    public static Graph CrossEntropyWeighted(GoldenCase given, ElementType real) =>
        Classes(given, real, "labels", graph => new CrossEntropyOptions { ClassWeights = graph.Target("classWeights", C) });

    public static Graph CrossEntropyIgnoring(GoldenCase given, ElementType real) =>
        Classes(given, real, "labelsIgnore", _ => new CrossEntropyOptions { IgnoreIndex = -100 });

    public static Graph Ctc(GoldenCase given, ElementType real) => Build(given, real, graph => Loss.Ctc(
        graph.Input("logits", T, B, C), graph.Integers("targets", B, L), graph.Integers("inputLengths", B),
        graph.Integers("targetLengths", B), reduction: Reduction.Sum));

    private static Graph Regression(GoldenCase given, ElementType real, Func<Value, Value, Value> loss) =>
        Build(given, real, graph => loss(graph.Input("logits", N, C), graph.Target("real", N, C)));

    private static Graph Classes(GoldenCase given, ElementType real, string labels, Func<GoldenGraph, CrossEntropyOptions> options) =>
        Build(given, real, graph =>
        Loss.CrossEntropy(graph.Input("logits", N, C), graph.Integers(labels, N), options(graph)));

    private static Graph Build(GoldenCase given, ElementType real, Func<GoldenGraph, Value> loss)
    {
        var graph = new GoldenGraph(given, real);
        graph.Return("loss", loss(graph));
        return graph.Build();
    }
}
