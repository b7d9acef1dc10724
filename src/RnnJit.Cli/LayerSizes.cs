using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Cli;

/// <summary>The shape of a single layer that <c>explain</c> and <c>bench</c> plan: options, and the layer bound to them.</summary>
internal sealed class LayerSizes
{
    public Option<bool> Training { get; } = new("--training") { Description = "A training step (forward, backward, all gradients) instead of a forward pass" };

    public Option<int> Seq { get; } = CommonOptions.Number("--seq", "Time steps", 50);

    public Option<int> Batch { get; } = CommonOptions.Number("--batch", "Rows", 32);

    public Option<int> Hidden { get; } = CommonOptions.Number("--hidden", "Units, and inputs where --input is not given", 256);

    public Option<int> Input { get; } = CommonOptions.Number("--input", "Inputs; 0: as many as units", 0);

    public Option<string> Checkpoint { get; } = CheckpointFlag.Create();

    private readonly RegularisationFlags regularisation = new();

    public Option<int> ParallelTime { get; } = CommonOptions.Number("--parallel-time", "Chunks of time that run side by side, for cells that are linear in their state; 1: from the beginning to the end", 1);

    public Option<string[]> Without { get; } = new("--without")
    {
        Description = $"Passes to switch off, to see what they are worth: {string.Join(", ", Passes.Keys)}", HelpName = "pass", AllowMultipleArgumentsPerToken = true,
    };

    public Option<string> Weights { get; } = WeightsFlag.Create();

    /// <summary>Passes by the name that people give; a pass that runs several times is off each time.</summary>
    public static IReadOnlyDictionary<string, string[]> Passes { get; } = Pipeline.Stages.Select(stage => stage.Name).Append(Fuse.Name).Append(Executable.TilePass).Append(Executable.LivePass)
        .GroupBy(name => name.TrimEnd("0123456789".ToCharArray())).ToDictionary(group => group.Key, group => group.ToArray());

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Training, Seq, Batch, Hidden, Input, Checkpoint, ParallelTime, .. regularisation.All, Without, Weights])
            command.Add(option);
    }

    /// <summary>The layer bound to the sizes given, filled with small numbers.</summary>
    /// <param name="off">Passes to switch off besides those that the command line names.</param>
    /// <param name="lengths">Rows have lengths of their own, an input of that name.</param>
    /// <exception cref="UsageException">A size is not positive, or there is no such pass.</exception>
    public Executable Bind(CellDefinition cell, ParseResult parsed, string[]? off = null, bool lengths = false)
    {
        var (program, bound) = Layer(cell, parsed, lengths: lengths);
        Executable executable = Executable.Create(program, Options(parsed, bound, off ?? []));
        Fill(executable);
        return executable;
    }

    /// <summary>How the layer is bound to sizes.</summary>
    /// <exception cref="UsageException">There is no such pass, or no such storage of weights for training.</exception>
    public ExecutableOptions Options(ParseResult parsed, Dictionary<string, int> bound, params string[] off)
    {
        string[] without = (parsed.GetValue(Without) ?? []).Concat(off).SelectMany(name => Passes.TryGetValue(name, out string[]? stages)
            ? stages
            : throw new UsageException($"--without is '{name}', wanted one of {string.Join(", ", Passes.Keys)} (change it)")).ToArray();
        WeightStorage weights = WeightsFlag.Read(parsed, Weights);
        if (weights != WeightStorage.Single && parsed.GetValue(Training))
            throw new UsageException("--weights in 16 bits are for inference (leave out --training)");
        return new ExecutableOptions { Sizes = bound, Threads = parsed.GetValue(CommonOptions.Threads), Without = without, Weights = weights };
    }

    /// <summary>The layer's Program, differentiated for training, and the size of each of its symbols.</summary>
    /// <param name="steps">T in place of the command line's.</param>
    /// <param name="batch">B in place of the command line's.</param>
    /// <param name="interval">Steps between checkpoints in place of the command line's.</param>
    /// <param name="lengths">Rows have lengths of their own, an input of that name.</param>
    /// <exception cref="UsageException">A size is not positive.</exception>
    public (Graph Program, Dictionary<string, int> Sizes) Layer(CellDefinition cell, ParseResult parsed, int? steps = null, int? batch = null, int? interval = null, bool lengths = false)
    {
        var sizes = new Dictionary<string, int>();
        void Size(string symbol, Option<int> option, int value)
        {
            if (value < 1)
                throw new UsageException($"{option.Name} is {value}, wanted at least 1 (change it)");
            sizes[symbol] = value;
        }

        Size("T", Seq, steps ?? parsed.GetValue(Seq));
        Size("B", Batch, batch ?? parsed.GetValue(Batch));
        int hidden = parsed.GetValue(Hidden), input = parsed.GetValue(Input);
        Size("H", Hidden, hidden);
        Size("X", Input, input == 0 ? hidden : input);

        bool training = parsed.GetValue(Training);
        Graph program = CellStages.Program(regularisation.Apply(parsed, cell), training, lengths);
        int apart = interval ?? CheckpointFlag.Read(parsed, Checkpoint) ?? TimeBlocks.Default(sizes["T"]);
        if (apart > 0 && !training)
            throw new UsageException("--checkpoint is for the backward pass (add --training)");
        if (apart > 0 && TimeBlocks.Run(program, "T", sizes["T"], apart) is ({ } blocked, { } count, var blocks))
            (program, sizes[count]) = (blocked, blocks);
        program = training ? Trainer.Program(program) : program;
        if (parsed.GetValue(ParallelTime) != 1 && interval is null or 0)
            program = Parallel(program, parsed.GetValue(ParallelTime), apart, cell, sizes);
        foreach (string symbol in program.Symbols().Where(symbol => !sizes.ContainsKey(symbol)))
            sizes[symbol] = hidden;
        return (program, sizes);
    }

    private static Graph Parallel(Graph program, int chunks, int apart, CellDefinition cell, Dictionary<string, int> sizes)
    {
        if (apart > 0)
            throw new UsageException("--parallel-time and --checkpoint both cut time into pieces (leave one of them away)");
        if (chunks < 1 || sizes["T"] < 2 * chunks)
            throw new UsageException($"--parallel-time is {chunks}, wanted at least 1 and at most half of --seq {sizes["T"]} (change it)");
        var (parallel, symbol, steps) = ParallelScan.Run(program, "T", sizes["T"], chunks);
        if (symbol is null)
        {
            string? obstacle = program.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(LinearRecurrence.WhyNot).FirstOrDefault(reason => reason is not null);
            throw new UsageException($"--parallel-time is for cells that are linear in their state, and in '{cell.Name}' {obstacle} (leave it away)");
        }

        sizes[symbol] = steps;
        return parallel;
    }

    public static void Fill(Executable executable)
    {
        var random = new Random(1);
        foreach (Port port in executable.Program.Inputs.Where(port => port.Type.IsReal))
            Fill(executable.Input(port.Name), random);
    }

    public static void Fill(Tensor tensor, Random random) =>
        tensor.Set(Enumerable.Range(0, tensor.Length).Select(_ => (random.NextDouble() - 0.5) / 8).ToArray());

    public static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
