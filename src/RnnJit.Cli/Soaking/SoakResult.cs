using System.Globalization;

namespace RnnJit.Cli.Soaking;

/// <summary>The memory samples of a soak test, and the judgement of their growth.</summary>
/// <param name="Rounds">Number of times that every task ran.</param>
/// <param name="Samples">After the warm-up, at least one.</param>
internal sealed record SoakResult(int Rounds, IReadOnlyList<MemorySample> Samples)
{
    /// <summary>The bound of RSS's slope, MB/h.</summary>
    public const double Most = 8;

    private const double Megabyte = 1e6;
    private const int Parts = 3;

    /// <summary>The slope of the resident set size over time, MB/h, with its bounds.</summary>
    public Slope Resident => Slope.Of([.. Samples.Select(sample => (sample.Hours, sample.Resident / Megabyte))]);

    public bool ManagedGrows => Grows(sample => sample.Managed);

    public bool NativeGrows => Grows(sample => sample.Native);

    /// <summary>
    /// True if neither managed nor native memory grows and the upper 95 % bound of the slope of RSS is below <see cref="Most"/>.
    /// </summary>
    public bool Passes => !ManagedGrows && !NativeGrows && Resident.Upper < Most;

    public void Print(TextWriter to)
    {
        MemorySample first = Samples[0], last = Samples[^1];
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Rounds} rounds, {Samples.Count} samples over {(last.Hours - first.Hours) * 60:0.0} minutes"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"live managed bytes: {first.Managed} at first, {last.Managed} at last: {(ManagedGrows ? "GROW" : "do not grow")}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"live native bytes: {first.Native} at first, {last.Native} at last: {(NativeGrows ? "GROW" : "do not grow")}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"RSS: {first.Resident / Megabyte:0.0} MB at first, {last.Resident / Megabyte:0.0} at last, slope {Resident.Value:0.00} MB/h, "
                + $"upper 95 % bound {Resident.Upper:0.00}, wanted below {Most:0}: {(Resident.Upper < Most ? "met" : "NOT MET")}"));
    }

    /// <summary>For <c>--json</c>.</summary>
    public object ToJson() => new
    {
        rounds = Rounds,
        managedGrows = ManagedGrows,
        nativeGrows = NativeGrows,
        slope = Resident.Value,
        upper = double.IsFinite(Resident.Upper) ? Resident.Upper : (double?)null,
        passes = Passes,
        samples = Samples,
    };

    // The last third lies wholly above the first, and the median of the middle between them: a leak does that in spite of
    // noise, a cache that fills once does not.
    private bool Grows(Func<MemorySample, long> of)
    {
        if (Samples.Count < Parts)
            return false;
        long[][] thirds = [.. Enumerable.Range(0, Parts).Select(
            part => Samples.Take((part * Samples.Count / Parts)..((part + 1) * Samples.Count / Parts)).Select(of).Order().ToArray())];
        long middle = thirds[1][thirds[1].Length / 2];
        return thirds[0][^1] < middle && middle < thirds[2][0];
    }
}
