using System.Globalization;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Cli.Layers;

/// <summary>
/// A request for one layer: its cell, its shape, and the settings it runs with. <see cref="LayerBuilder"/> makes a Program of it.
/// </summary>
internal sealed record LayerRequest(CellDefinition Cell)
{
    /// <summary>Forward, backward and all gradients instead of a forward pass.</summary>
    public bool Training { get; init; }

    /// <summary>The update of a whole training step, with the mean squared error as its loss; null for gradients alone.</summary>
    public TrainingStep? Step { get; init; }

    /// <summary>T.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>B.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>X; null: as many as units.</summary>
    public int? Inputs { get; init; }

    /// <summary>H, and the size of every dimension that the equations leave open.</summary>
    public int Hidden { get; init; } = 256;

    /// <summary>The device that it is planned for and runs on.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>0: one for each core.</summary>
    public int Threads { get; init; }

    public ElementType Precision { get; init; } = ElementType.F32;

    public WeightStorage Weights { get; init; }

    /// <summary>Steps between checkpoints; 0: everything is kept; null: about √T.</summary>
    public int? Interval { get; init; } = 0;

    /// <summary>Rows have lengths of their own, an input <c>lengths</c>.</summary>
    public bool Lengths { get; init; }

    /// <summary>Chunks of time that run side by side.</summary>
    public int Chunks { get; init; } = 1;

    /// <summary>
    /// The division of a loop's work among threads, by batch rows or by hidden units; null: the one estimated to be faster.
    /// </summary>
    public ScanSchedule? Schedule { get; init; }

    /// <summary>Passes that are switched off, by the names of <see cref="Passes"/>.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>The verifier checks the graph after every stage.</summary>
    public bool Verify { get; init; }

    /// <summary>Passes by the name that people give; a pass that runs several times is off each time.</summary>
    public static IReadOnlyDictionary<string, string[]> Passes { get; } =
        Pipeline.Stages.Select(stage => stage.Name).Append(Fuse.Name).Append(Executable.ChunkPass).Append(Executable.ActiveRowsPass)
        .GroupBy(name => name.TrimEnd("-0123456789".ToCharArray())).ToDictionary(group => group.Key, group => group.ToArray());

    /// <summary>The names of the pipeline stages in which the named passes run: one for each time that a pass runs.</summary>
    public static string[] Stages(IEnumerable<string> passes) => [.. passes.SelectMany(name => Passes[name])];

    public int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    /// <summary>Name of the benchmarked layer, such as <c>Lstm training 50,32,256</c>: cell, direction, T, B, H, X where it differs from H,
    /// then the settings that differ from the defaults (<see cref="Unusual"/>).</summary>
    public string Title => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cell.Name} {(Training ? "training" : "forward")} {Steps},{Batch},{Hidden}{(Inputs is { } x && x != Hidden ? $",{x}" : "")}"
            + $"{Unusual}");

    /// <summary>
    /// The settings that differ from the defaults, each after a comma, for instance <c>, weights bf16</c>; empty where none does.
    /// </summary>
    public string Unusual => string.Concat(Differences().Select(difference => ", " + difference));

    private IEnumerable<string> Differences()
    {
        if (Device != Device.Cpu)
            yield return "on " + Device;
        if (Precision != ElementType.F32)
            yield return Precision.ToString().ToLowerInvariant();
        if (Weights != WeightStorage.Single)
            yield return "weights " + WeightsFlag.Name(Weights);
        if (Interval != 0)
            yield return FormattableString.Invariant($"a checkpoint every {Interval ?? StripMineTime.Default(Steps)} steps");
        if (Chunks != 1)
            yield return FormattableString.Invariant($"{Chunks} chunks of time");
        if (Schedule is { } schedule)
            yield return "schedule " + ScheduleFlag.Name(schedule);
        if (Without.Count > 0)
            yield return "without " + string.Join(" and ", Without);
    }
}
