using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Training;

namespace RnnJit.Cli.Training;

/// <summary>The options of <c>train</c> that a checkpoint remembers.</summary>
internal sealed class ModelFlags
{
    // What about a minute allows.
    private const int OwnTextUpdates = 1500;

    private static readonly CharacterOptions Defaults = new();

    private readonly Option<string> cell = CommonOptions.Text("--cell", CellArgument.Description, "lstm");
    private readonly Option<int> layers = CommonOptions.Number("--layers", "Recurrent layers", Defaults.Layers);
    private readonly Option<int> hidden = CommonOptions.Number("--hidden", "Units of every layer", Defaults.Hidden);
    private readonly Option<int> embedding = CommonOptions.Number("--embedding", "Numbers that stand for a character", Defaults.Embedding);
    private readonly Option<int> seq =
        CommonOptions.Number("--seq", "Time steps through which gradients flow; 0: to the beginning", Defaults.Steps);
    private readonly Option<string> checkpoint = CheckpointFlag.Create();
    private readonly Option<int> batch = CommonOptions.Number("--batch", "Streams read side by side", Defaults.Batch);
    private readonly Option<double> epochs =
        CommonOptions.Number("--epochs", "How often the text is read; a fraction is allowed", Defaults.Epochs);
    private readonly Option<int> steps = CommonOptions.Number("--steps",
        $"Updates to make, instead of --epochs ({OwnTextUpdates} where neither and no text is given)", Defaults.Updates);
    private readonly OptimiserFlags optimiser = new();
    private readonly Option<double> dropout =
        CommonOptions.Number("--dropout", "Share of every layer's outputs dropped in training", Defaults.Dropout);
    private readonly RegularisationFlags regularisation = new();
    private readonly Option<bool> residual = new("--residual") { Description = "Add the input of every layer to its output" };
    private readonly Option<double> validation =
        CommonOptions.Number("--validation", "Share of the text, at its end, not trained on", Defaults.Validation);
    private readonly Option<ulong> seed = CommonOptions.Seed();
    private readonly Option<string> precision = CommonOptions.Text("--precision", "f32 or f64", "f32");

    public IReadOnlyList<Option> All =>
        [cell, layers, hidden, embedding, seq, checkpoint, batch, epochs, steps, .. optimiser.All, dropout, .. regularisation.All, residual,
            validation, seed, precision];

    /// <summary>The first of these options that was given, null if none was.</summary>
    public string? Given(ParseResult parsed) => All.FirstOrDefault(option => IsGiven(parsed, option))?.Name;

    /// <summary>The file that <c>--cell</c> names; null for a built-in cell.</summary>
    public string? CellPath(ParseResult parsed) => CellArgument.FileOf(parsed.GetRequiredValue(cell));

    /// <exception cref="GraphException">The cell is unknown or does not compile.</exception>
    public CellDefinition Cell(ParseResult parsed, Terminal terminal) => CellArgument.Find(parsed.GetRequiredValue(cell), terminal);

    /// <param name="ownText">Whether RnnJit's own text is read: then a number of updates that suits it, unless
    /// another length is asked for.</param>
    /// <exception cref="UsageException">Two options exclude each other, or one has no value that is known.</exception>
    public CharacterOptions Read(ParseResult parsed, bool ownText)
    {
        if (IsGiven(parsed, epochs) && IsGiven(parsed, steps))
            throw new UsageException("--epochs and --steps exclude each other (give one of them)");
        if (IsGiven(parsed, steps) && parsed.GetValue(steps) < 1)
            throw new UsageException($"--steps is {parsed.GetValue(steps)}, wanted 1 or more (change it)");
        return regularisation.Read(parsed, optimiser.Read(parsed, new CharacterOptions
        {
            Layers = parsed.GetValue(layers),
            Hidden = parsed.GetValue(hidden),
            Embedding = parsed.GetValue(embedding),
            Steps = parsed.GetValue(seq),
            CheckpointInterval = CheckpointFlag.Read(parsed, checkpoint),
            Batch = parsed.GetValue(batch),
            Epochs = parsed.GetValue(epochs),
            Updates = ownText && !IsGiven(parsed, epochs) && !IsGiven(parsed, steps) ? OwnTextUpdates : parsed.GetValue(steps),
            Dropout = parsed.GetValue(dropout),
            Residual = parsed.GetValue(residual),
            Validation = parsed.GetValue(validation),
            Seed = parsed.GetValue(seed),
            Precision = PrecisionOf(parsed.GetRequiredValue(precision)),
        }));
    }

    public static ElementType PrecisionOf(string text) => text switch
    {
        "f32" => ElementType.F32,
        "f64" => ElementType.F64,
        _ => throw new UsageException($"--precision is '{text}', wanted f32 or f64 (change it)"),
    };

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
