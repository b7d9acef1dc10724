using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Cli.Training;
using RnnJit.Runtime;

namespace RnnJit.Cli.Layers;

/// <summary>The options that say which layer <c>explain</c> and <c>bench</c> plan.</summary>
internal sealed class LayerFlags
{
    private readonly RegularisationFlags regularisation = new();
    private readonly Option<int> hidden = CommonOptions.Number("--hidden", "Units, and inputs where --input is not given", 256);
    private readonly Option<int> input = CommonOptions.Number("--input", "Inputs; 0: as many as units", 0);
    private readonly Option<string> precision = CommonOptions.Text("--precision", "f32 or f64", "f32");
    private readonly Option<string> weights = WeightsFlag.Create();
    private readonly Option<string[]> without = WithoutFlag.Create(open: true);
    private readonly Option<bool> verify = new("--verify") { Description = "Check the graph after every stage of the pipeline" };

    public Option<bool> Training { get; } = new("--training")
    {
        Description = "A training step (forward, backward, all gradients for a given gradient of the output) instead of a forward pass"
    };

    public Option<int> Seq { get; } = CommonOptions.Number("--seq", "Time steps", 50);

    public Option<int> Batch { get; } = CommonOptions.Number("--batch", "Rows", 32);

    public Option<string> Checkpoint { get; } = CheckpointFlag.Create();

    public Option<int> ParallelTime { get; } = CommonOptions.Number("--parallel-time",
        "Chunks of time that run side by side, for cells that are linear in their state; 1: from the beginning to the end", 1);

    public Option<string?> Schedule { get; } = ScheduleFlag.Create();

    public Option<string?> Target { get; } = DeviceFlag.Create("Device that the layer is planned for and runs on");

    /// <summary>All of them, in the order in which help lists them.</summary>
    public Option[] All => [Training, Seq, Batch, hidden, input, precision, Target, Checkpoint, ParallelTime, Schedule,
        .. regularisation.All, without, weights, verify];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
            command.Add(option);
    }

    /// <summary>The layer and its settings, read from the command line.</summary>
    /// <exception cref="UsageException">A size is not positive, a name is unknown, or two options exclude each other.</exception>
    public LayerRequest Read(ParseResult parsed, CellDefinition cell, Terminal terminal)
    {
        Device device = DeviceFlag.Read(parsed, Target, terminal);
        if (device != Device.Cpu)
            CommonOptions.RequireAbsent(parsed, $"{Target.Name} {device}", Schedule, weights);
        bool training = parsed.GetValue(Training);
        int? interval = CheckpointFlag.Read(parsed, Checkpoint);
        if (interval != 0 && !training)
            throw new UsageException("--checkpoint is for the backward pass (add --training)");
        WeightStorage storage = WeightsFlag.Read(parsed, weights);
        if (storage != WeightStorage.Single && training)
            throw new UsageException("--weights in 16 bits are for inference (leave out --training)");
        int chosen = parsed.GetValue(input) == 0 ? parsed.GetValue(hidden) : Size(parsed, input);
        return new LayerRequest(regularisation.Apply(parsed, cell))
        {
            Training = training,
            Steps = Size(parsed, Seq),
            Batch = Size(parsed, Batch),
            Hidden = Size(parsed, hidden),
            Inputs = chosen,
            Device = device,
            Threads = parsed.GetValue(CommonOptions.Threads),
            Precision = ModelFlags.PrecisionOf(parsed.GetRequiredValue(precision)),
            Weights = storage,
            Interval = interval,
            Chunks = parsed.GetValue(ParallelTime),
            Schedule = ScheduleFlag.Read(parsed, Schedule),
            Without = WithoutFlag.Read(parsed, without),
            Verify = parsed.GetValue(verify),
        };
    }

    private static int Size(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is var value and >= 1
        ? value
        : throw new UsageException($"{option.Name} is {parsed.GetValue(option)}, wanted at least 1 (change it)");
}
