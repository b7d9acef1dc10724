using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>Running statistics are parameters that no gradient trains: the initialiser reads <c>running 0</c>, the number they start from.
/// Training replaces each by the output <c>NAME_next</c> of its step. A cell that has them for each step reads them as a step input,
/// whose initialiser <c>running 0 for 100</c> also says for how many steps.</summary>
public static class RunningPort
{
    private const string Word = "running ", Many = " for ", NextSuffix = "_next";

    public static string Init(double start) => Word + start.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The initialiser of a step input.</summary>
    public static string Init(double start, int steps) => Init(start) + Many + steps.ToString(CultureInfo.InvariantCulture);

    public static bool Is(Port port) => port.Role == PortRole.Parameter && port.Init.StartsWith(Word, StringComparison.Ordinal);

    /// <summary>True where the port is a step input that holds a running statistic for each time step.</summary>
    public static bool IsOfStep(Port port) => port.Role == PortRole.Input && port.Init.StartsWith(Word, StringComparison.Ordinal);

    /// <exception cref="GraphException">RNNJ240: the initialiser holds no number there.</exception>
    public static double Start(Port port) => InitNumber.Real(port, Words(port)[0]);

    /// <summary>For how many steps there are statistics.</summary>
    /// <exception cref="GraphException">RNNJ240: the initialiser holds no whole number there.</exception>
    public static int Steps(Port port) => InitNumber.Whole(port, Words(port) is { Length: 2 } words ? words[1] : "");

    /// <summary>The output that replaces a running statistic.</summary>
    public static string Next(string name) => name + NextSuffix;

    /// <summary>True where an output is the next value of a running statistic of its Program.</summary>
    public static bool IsNext(Graph program, Output output) => program.Inputs.Any(port => Is(port) && Next(port.Name) == output.Name);

    private static string[] Words(Port port) => port.Init.Substring(Word.Length).Split([Many], StringSplitOptions.None);
}
