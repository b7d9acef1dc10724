using System.Runtime.CompilerServices;
using RnnJit.Ir;

namespace RnnJit.Passes;

/// <summary>The straight line from a Program to what is planned. Each stage takes only the one before, and prints.</summary>
public static class Pipeline
{
    /// <summary>The stages in order; <c>show --after</c> takes their names.</summary>
    public static IReadOnlyList<(string Name, Func<Graph, Graph> Run)> Stages { get; } =
    [
        (InputsFirst.Name, Remembered(InputsFirst.Run)),
        ("simplify", Simplify.Run),
        ("split", Remembered(Split.Run)),
        ("distribute", Remembered(Distribute.Run)),
        ("simplify2", Simplify.Run),
        ("keep", Remembered(Keep.Run)),
        ("simplify3", Simplify.Run),
        ("merge", Remembered(Merge.Run)),
        ("simplify4", Simplify.Run),
        (Starts.Name, Remembered(Starts.Run)),
        (OrderRows.Name, Remembered(OrderRows.Run)),
    ];

    /// <summary>Runs all stages but those switched off; <paramref name="after"/> sees each result.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; it is read before each stage.</exception>
    public static Graph Run(Graph program, IReadOnlyCollection<string>? without = null, Action<string, Graph>? after = null, CancellationToken cancel = default)
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

    // A stage takes nothing but the graph, so what it made of one serves as long as that lives: for other sizes, threads or precisions of a Program.
    private static Func<Graph, Graph> Remembered(Func<Graph, Graph> run)
    {
        var known = new ConditionalWeakTable<Graph, Graph>();
        return graph => known.GetValue(graph, key => run(key));
    }
}
