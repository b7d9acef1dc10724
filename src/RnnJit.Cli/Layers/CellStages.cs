using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Training;

namespace RnnJit.Cli.Layers;

/// <summary>A stage of the straight line: what a cell has become after it.</summary>
internal sealed record CellStage(string Name, Func<CellDefinition, bool, Graph> Run);

/// <summary>The stages that <c>show</c> knows.</summary>
internal static class CellStages
{
    public static IReadOnlyList<CellStage> All { get; } =
    [
        new("cell", (cell, _) => cell.Step),
        new("program", (cell, training) => Program(cell, training)),
        new("differentiate", (cell, _) => Trainer.Program(Program(cell, training: true))),
        .. Pipeline.Stages.Select((stage, i) => new CellStage(stage.Name, (cell, training) => After(i, cell, training))),
    ];

    /// <summary>The stage behind all passes, which is no graph: buffers and commands at given sizes.</summary>
    public const string Plan = "plan";

    /// <summary>The stage behind the kernels' C#, which is no graph: machine code of one loop.</summary>
    public const string Asm = "asm";

    /// <summary>The names of all stages.</summary>
    public static IEnumerable<string> Names => All.Select(stage => stage.Name).Append(Plan).Append(Asm);

    /// <exception cref="UsageException">There is no such stage.</exception>
    public static CellStage Find(string name) => All.FirstOrDefault(stage => stage.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException(Pipeline.NewName(name) is { } now && All.Any(stage => stage.Name == now)
            ? $"--after is '{name}', which is called {now} now (change it)"
            : $"--after is '{name}', wanted one of {string.Join(", ", Names)} (change it)");

    private static Graph After(int last, CellDefinition cell, bool training)
    {
        Graph graph = training ? Trainer.Program(Program(cell, training: true)) : Program(cell, training: false);
        return Pipeline.Stages.Take(last + 1).Aggregate(graph, (from, stage) => stage.Run(from));
    }

    /// <summary>One layer of the cell; in training with the mean squared error of its output.</summary>
    public static Graph Program(CellDefinition cell, bool training) =>
        (training ? LayerProgram.WithError(cell) : LayerProgram.Forward(cell)).Graph;
}
