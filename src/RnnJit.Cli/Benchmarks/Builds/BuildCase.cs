using System.Globalization;
using RnnJit.Cells;
using RnnJit.Cli.Layers;

namespace RnnJit.Cli.Benchmarks.Builds;

/// <summary>A layer that two builds run, in the words of <c>bench serve</c>.</summary>
/// <param name="Cell">For <c>mk</c>; empty: the cell of a user, a file.</param>
/// <param name="Mode">forward, training or stream.</param>
/// <param name="Options">What follows the precision.</param>
internal sealed record BuildCase(string Cell, string Mode, int Steps, int Batch, int Inputs, int Hidden, int Threads,
    string Precision = "f32", string Options = "")
{
    private static readonly (string Cell, string Mode, int Steps, int Batch, int Hidden, string Precision, string Options)[] Layers =
    [
        ("lstm", "forward", 25, 1, 512, "f32", ""),
        ("lstm", "forward", 25, 1, 512, "bf16w", ""),
        ("lstm", "forward", 50, 32, 256, "f32", ""),
        ("lstm", "training", 25, 16, 64, "f32", ""),
        ("lstm", "training", 50, 32, 256, "f32", ""),
        ("gru", "forward", 25, 1, 512, "bf16w", ""),
        ("gru", "forward", 50, 32, 256, "f32", ""),
        ("gru", "training", 50, 32, 128, "f32", ""),
        ("lstmlayernorm", "forward", 50, 32, 256, "f32", ""),
        ("lstmlayernorm", "training", 50, 32, 256, "f32", ""),
        ("", "forward", 50, 32, 128, "f32", ""),
        ("", "training", 50, 32, 128, "f32", ""),
        ("lstm", "forward", 50, 32, 256, "f32", "--lengths uniform"),
        ("gru", "training", 50, 32, 128, "f32", "--lengths uniform"),
        ("lstm", "training", 25, 16, 64, "f32", "--zoneout 0.1"),
        ("lstm", "training", 50, 32, 256, "f32", "--recurrent-dropout 0.1 --layer-norm"),
    ];

    /// <summary>Every layer with one thread and with two, and streams.</summary>
    public static IReadOnlyList<BuildCase> All { get; } =
    [
        .. from threads in (int[])[1, 2] from layer in Layers select new BuildCase(layer.Cell, layer.Mode, layer.Steps, layer.Batch,
            layer.Hidden, layer.Hidden, threads, layer.Precision, layer.Options),
        new("lstm", "stream", 1, 1, 1, 24, 1), new("gru", "stream", 1, 1, 64, 64, 1), new("lstm", "stream", 1, 1, 64, 64, 1, "bf16w"),
    ];

    /// <summary>For instance <c>lstm training 25,16,64 f32 --zoneout 0.1</c>: T, B, H, and X where it differs.</summary>
    public string Title => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Cell.Length > 0 ? Cell : ExampleCell.Name)} {Mode} {Steps},{Batch},{Hidden}{(Inputs == Hidden ? "" : $",{Inputs}")} "
            + $"{Precision} {Options}")
        .TrimEnd();

    /// <summary>The line of <c>bench serve</c>.</summary>
    /// <param name="file">The file of the user's cell.</param>
    public string Line(string file) => string.Create(CultureInfo.InvariantCulture,
        $"mk {(Cell.Length > 0 ? Cell : file)} {Mode} {Steps} {Batch} {Inputs} {Hidden} {Threads} {Precision} {Options}").TrimEnd();

    /// <summary>About how many seconds it takes to measure with three processes.</summary>
    public double Work(MeasurementBudget budget) => budget.Work(new LayerRequest(CellRegistry.Find(typeof(Lstm)))
    {
        Training = Mode == "training",
        Steps = Steps,
        Batch = Batch,
        Inputs = Inputs,
        Hidden = Hidden,
        Threads = Threads
    }, tools: 3);
}
