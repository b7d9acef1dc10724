using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>Running statistics are parameters that no gradient trains: the initialiser reads <c>running 0</c>, the number they start from.
/// Training replaces each by the output <c>NAME_next</c> of its step.</summary>
public static class RunningPort
{
    private const string Word = "running ", NextSuffix = "_next";

    public static string Init(double start) => Word + start.ToString("R", CultureInfo.InvariantCulture);

    public static bool Is(Port port) => port.Role == PortRole.Parameter && port.Init.StartsWith(Word, StringComparison.Ordinal);

    public static double Start(Port port) => double.Parse(port.Init.Substring(Word.Length), CultureInfo.InvariantCulture);

    /// <summary>The output that replaces a running statistic.</summary>
    public static string Next(string name) => name + NextSuffix;

    /// <summary>Whether an output replaces a running statistic of its Program.</summary>
    public static bool IsNext(Graph program, Output output) => program.Inputs.Any(port => Is(port) && Next(port.Name) == output.Name);
}
