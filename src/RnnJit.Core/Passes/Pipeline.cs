using System.Runtime.CompilerServices;
using RnnJit.Ir;

namespace RnnJit.Passes;

/// <summary>The list of passes from a Program to the graph that is planned. Each stage takes only the graph of the stage before, and every
/// graph prints as text.</summary>
public static class Pipeline
{
    /// <summary>The stages in order; <c>show --after</c> takes their names. No stage calls another one.</summary>
    public static IReadOnlyList<(string Name, Func<Graph, Graph> Run)> Stages { get; } =
    [
        (ReassociateSums.Name, Remembered(ReassociateSums.Run)),
        ("simplify", Simplify.Run),
        (LoopFission.Name, Remembered(LoopFission.Run)),
        (HoistAndSink.Name, Remembered(HoistAndSink.Run)),
        ("simplify-2", Simplify.Run),
        (Rematerialize.Name, Remembered(Rematerialize.Run)),
        ("simplify-3", Simplify.Run),
        (MergeMatMuls.Name, Remembered(MergeMatMuls.Run)),
        ("simplify-4", Simplify.Run),
        (ConcatYields.Name, Remembered(ConcatYields.Run)),
        ("simplify-5", Simplify.Run),
        (FlattenConcats.Name, Remembered(FlattenConcats.Run)),
        (SumsOverTime.Name, Remembered(SumsOverTime.Run)),
        (ChainBlockSums.JoinName, Remembered(ChainBlockSums.Join)),
        ("simplify-6", Simplify.Run),
        (ChainBlockSums.Name, Remembered(ChainBlockSums.Run)),
        ("simplify-7", Simplify.Run),
        (FoldAccumulatorInit.Name, Remembered(FoldAccumulatorInit.Run)),
        (SortByLength.Name, Remembered(SortByLength.Run)),
    ];

    /// <summary>Stages that must keep their order, with the reason.</summary>
    public static IReadOnlyList<(string Before, string After, string Reason)> Order { get; } =
    [
        (ReassociateSums.Name, HoistAndSink.Name, "a row leaves a loop only with the product beside which it stands"),
        (ReassociateSums.Name, LoopFission.Name, "a row goes into the loop of its product"),
        ("simplify", LoopFission.Name, "a dead value of a step ties states together that are independent"),
        (LoopFission.Name, HoistAndSink.Name, "products of a later loop leave it only once it is a loop of its own"),
        (HoistAndSink.Name, Rematerialize.Name, "products over all steps are no candidates for recomputation"),
        (Rematerialize.Name, MergeMatMuls.Name,
            "a value that is recomputed must not be a part of a merged product (docs/decisions/keep-before-merge.md)"),
        (MergeMatMuls.Name, ConcatYields.Name, "merged products want yields side by side"),
        (ConcatYields.Name, FlattenConcats.Name, "yields that are concatenated make concatenations of concatenations"),
        (SumsOverTime.Name, ChainBlockSums.JoinName, "sums over time stand alone before sums over blocks continue them"),
        (ChainBlockSums.JoinName, ChainBlockSums.Name, "a sum begins with another one only where nothing stands between the two"),
        (MergeMatMuls.Name, FoldAccumulatorInit.Name, "additions to the parts of a merged product become one addition"),
        (FoldAccumulatorInit.Name, SortByLength.Name,
            "the rows of a batch are sorted at the edge of the Program, behind all rewrites of its inside"),
    ];

    // Names of earlier versions.
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.OrdinalIgnoreCase)
    {
        ["inputs"] = ReassociateSums.Name,
        ["split"] = LoopFission.Name,
        ["distribute"] = HoistAndSink.Name,
        ["simplify2"] = "simplify-2",
        ["keep"] = Rematerialize.Name,
        ["simplify3"] = "simplify-3",
        ["merge"] = MergeMatMuls.Name,
        ["simplify4"] = "simplify-7",
        ["start"] = FoldAccumulatorInit.Name,
        ["order"] = SortByLength.Name,
        ["tile"] = "chunk-matmuls",
        ["live"] = "active-rows",
    };

    /// <summary>The name that a stage or optimisation of that earlier name has now; null for other names.</summary>
    public static string? NewName(string name) => Renamed.TryGetValue(name, out string? now) ? now : null;

    /// <summary>Runs all stages except those switched off; <paramref name="after"/> gets the graph after each.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; it is read before each stage.</exception>
    public static Graph Run(Graph program, IReadOnlyCollection<string>? without = null, Action<string, Graph>? after = null,
        CancellationToken cancel = default)
    {
        foreach (var (name, run) in Stages)
        {
            if (without?.Contains(name) == true)
                continue;
            cancel.ThrowIfCancellationRequested();
            program = run(program);
            after?.Invoke(name, program);
        }

        return program;
    }

    // Caches a stage's result per input graph, for the graph's lifetime. A stage takes only the graph, so the result is valid for all
    // sizes, threads and precisions.
    private static Func<Graph, Graph> Remembered(Func<Graph, Graph> run)
    {
        var known = new ConditionalWeakTable<Graph, Graph>();
        return graph => known.GetValue(graph, key => run(key));
    }
}
