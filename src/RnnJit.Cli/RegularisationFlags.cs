using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Training;

namespace RnnJit.Cli;

/// <summary>
/// The options that rewrite any cell's equations (dropout, zoneout, normalisation), shared by <c>train</c>, <c>bench</c> and
/// <c>explain</c>.
/// </summary>
internal sealed class RegularisationFlags
{
    private static readonly CharacterOptions Defaults = new();

    private readonly Option<double> zoneout =
        CommonOptions.Number("--zoneout", "Probability that a unit keeps its old state in training", Defaults.Zoneout);
    private readonly Option<double> recurrentDropout =
        CommonOptions.Number("--recurrent-dropout", "Share of what steps add to states dropped in training", Defaults.RecurrentDropout);
    private readonly Option<double> variationalDropout = CommonOptions.Number("--variational-dropout",
        "Share of inputs and states dropped in training, the same for all steps", Defaults.VariationalDropout);
    private readonly Option<double> dropConnect =
        CommonOptions.Number("--drop-connect", "Share of recurrent weights dropped in training", Defaults.DropConnect);
    private readonly Option<bool> layerNorm =
        new("--layer-norm") { Description = "Normalise the products inside the cell over their units" };
    private readonly Option<bool> weightNorm = new("--weight-norm") { Description = "Train the length and the direction of weights apart" };

    public IReadOnlyList<Option> All => [zoneout, recurrentDropout, variationalDropout, dropConnect, layerNorm, weightNorm];

    public CharacterOptions Read(ParseResult parsed, CharacterOptions options) => options with
    {
        Zoneout = parsed.GetValue(zoneout),
        RecurrentDropout = parsed.GetValue(recurrentDropout),
        VariationalDropout = parsed.GetValue(variationalDropout),
        DropConnect = parsed.GetValue(dropConnect),
        LayerNorm = parsed.GetValue(layerNorm),
        WeightNorm = parsed.GetValue(weightNorm),
    };

    /// <summary>The cell with what is asked for.</summary>
    /// <exception cref="GraphException">RNNJ166: the cell has no place for it.</exception>
    public CellDefinition Apply(ParseResult parsed, CellDefinition cell)
    {
        CharacterOptions options = Read(parsed, Defaults);
        options.Check();
        return options.Regularised(cell);
    }
}
