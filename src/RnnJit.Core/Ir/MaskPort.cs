using System.Globalization;
using RnnJit.Randomness;

namespace RnnJit.Ir;

/// <summary>
/// Masks and noise are inputs of a cell or a Program whose initialiser says how a trainer fills them: <c>dropout 0.2</c>, <c>zoneout
/// 0.1</c>, <c>training</c> or <c>noise</c>.
/// </summary>
public static class MaskPort
{
    /// <summary>A number that is 1 in training and 0 outside.</summary>
    public const string Training = "training";

    /// <summary>Numbers that are uniform in (−1, 1) in training, and 0 outside.</summary>
    public const string Noise = "noise";

    private const string DropoutWord = "dropout ", ZoneoutWord = "zoneout ";

    /// <summary>0 with this probability, else 1 / (1 − p); 1 outside training.</summary>
    /// <exception cref="GraphException">RNNJ163: the rate is not above 0 and below 1.</exception>
    public static string Dropout(string site, double rate) => DropoutWord + Checked(site, rate);

    /// <summary>1 with this probability, else 0; outside training its expectation p.</summary>
    /// <exception cref="GraphException">RNNJ163: the rate is not above 0 and below 1.</exception>
    public static string Zoneout(string site, double rate) => ZoneoutWord + Checked(site, rate);

    public static bool Is(Port port) => port.Role is PortRole.Input or PortRole.PerSequence
        && (port.Init.StartsWith(DropoutWord, StringComparison.Ordinal) || port.Init.StartsWith(ZoneoutWord, StringComparison.Ordinal)
            || port.Init is Training or Noise);

    /// <summary>The distribution of the mask's numbers, read from the port's initialiser.</summary>
    /// <exception cref="GraphException">RNNJ163: the rate is not from 0 to below 1; RNNJ240: it is no number.</exception>
    public static MaskLaw Law(Port port)
    {
        if (port.Init == Training)
            return new MaskLaw(0, 1, 1, 0);
        if (port.Init == Noise)
            return new MaskLaw(0, 0, 0, 0) { IsUniform = true };

        bool dropout = port.Init.StartsWith(DropoutWord, StringComparison.Ordinal);
        double rate = Require(port.Name, InitNumber.Real(port, port.Init.Substring((dropout ? DropoutWord : ZoneoutWord).Length)));
        return dropout ? new MaskLaw(rate, 0, 1 / (1 - rate), 1) : new MaskLaw(rate, 1, 0, rate);
    }

    /// <summary>The sentence for a rate that is no probability below 1.</summary>
    /// <exception cref="GraphException">RNNJ163.</exception>
    public static double Require(string site, double rate) => rate is >= 0 and < 1
        ? rate
        : throw new GraphException("RNNJ163",
            $"The dropout rate of '{site}' is {rate.ToString(CultureInfo.InvariantCulture)}, wanted at least 0 and below 1 (0.2 is usual)");

    private static string Checked(string site, double rate) => Require(site, rate).ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>The numbers of a mask.</summary>
/// <param name="Rate">The probability of <paramref name="Drawn"/>.</param>
/// <param name="Drawn">The number that is drawn with that probability.</param>
/// <param name="Other">The number in all other places.</param>
/// <param name="Outside">The number outside training.</param>
public readonly record struct MaskLaw(double Rate, double Drawn, double Other, double Outside)
{
    /// <summary>
    /// True for noise: each number is <see cref="Philox.Uniform"/> of its random word, and rate, drawn and other say nothing.
    /// </summary>
    public bool IsUniform { get; init; }

    /// <summary>The number that a random word stands for.</summary>
    public double Of(uint word) => IsUniform ? Philox.Uniform(word) : word < (ulong)Math.Round((1 - Rate) * (1L << 32)) ? Other : Drawn;
}
