using System.Globalization;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Bench.Targets;

/// <summary>The measured result of a layer beside its performance goals.</summary>
/// <param name="OfLstm">Our time against that of our own LSTM of the same shape; null where none was measured or asked for.</param>
internal sealed record TargetRow(Target Target, PeerComparison PeerComparison, double? OfLstm)
{
    // Nobody is asked for more than this part of what the machine allows.
    private const double MostOfLimit = 0.96;

    public int Threads => PeerComparison.Request.ThreadCount;

    /// <summary>The ratio asked for; less where it would need more of the machine's limit than can be asked for.</summary>
    public double WantedRatio =>
        Math.Min(Target.Ratio(Threads), PeerComparison.Ratio * PeerComparison.Own.Min / (PeerComparison.Limit / MostOfLimit));

    /// <summary>Null where no peer was there.</summary>
    public bool? RatioMet => double.IsNaN(PeerComparison.Ratio) ? null : PeerComparison.Ratio >= WantedRatio;

    /// <summary>Null where none is asked for.</summary>
    public bool? ShareMet => Target.Share(Threads) is { } share ? PeerComparison.Share >= share : null;

    /// <summary>Null where none is asked for, or the LSTM was not measured.</summary>
    public bool? LstmMet => OfLstm <= Target.MostOfLstm;

    /// <summary>All that could be judged is met; null where nothing could.</summary>
    public bool? Met => ((bool?[])[RatioMet, ShareMet, OfLstm is null ? null : LstmMet]).Where(met => met is not null)
        .ToArray() is { Length: > 0 } judged ? judged.All(met => met == true) : null;

    public string Layer =>
        FormattableString.Invariant($"{Target.Layer.Cell.Name} {Target.Layer.Steps},{Target.Layer.Batch},{Target.Layer.Hidden}");

    public IReadOnlyList<string> Cells
    {
        get
        {
            string Number(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);
            double best = PeerComparison.Turns.Best?.Times.Min ?? double.NaN;
            return
            [
                Target.Class, Layer, Threads.ToString(CultureInfo.InvariantCulture), Number(PeerComparison.Own.Min * 1e3, "0.000"),
                Number(best * 1e3, "0.000"), PeerComparison.Turns.Best?.Tool ?? "",
                Number(PeerComparison.Ratio, "0.00"),
                Number(double.IsNaN(PeerComparison.Ratio) ? Target.Ratio(Threads) : WantedRatio, "0.00"),
                Number(100 * PeerComparison.Share, "0"), Target.Share(Threads) is { } share ? Number(100 * share, "0") : "",
                OfLstm is { } ofLstm ? Number(ofLstm, "0.00") : "", Met switch { true => "yes", false => "no", _ => "" },
            ];
        }
    }

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => new
    {
        @class = Target.Class,
        layer = Layer,
        measured = PeerComparison.ToJson(),
        wantedRatio = Target.Ratio(Threads),
        wantedRatioBelowLimit = double.IsNaN(WantedRatio) ? (double?)null : WantedRatio,
        wantedShare = Target.Share(Threads),
        ofLstm = OfLstm,
        ratioMet = RatioMet,
        shareMet = ShareMet,
        lstmMet = OfLstm is null ? null : LstmMet,
        met = Met,
    };
}
