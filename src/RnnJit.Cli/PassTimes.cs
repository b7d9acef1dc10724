using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Cli.Commands;
using RnnJit.Runtime;

namespace RnnJit.Cli;

/// <summary>What a layer costs with one pass switched off.</summary>
internal sealed record PassTime(string Without, double Milliseconds, long ArenaBytes, int Instructions);

/// <summary>Times a layer with all passes, and with each one switched off, in turns, so that what else the machine does hits all alike.</summary>
internal sealed class PassTimes(LayerSizes sizes, ParseResult parsed, CellDefinition cell, double seconds)
{
    private const int Turns = 4;

    private static readonly (string Name, string[] Without)[] Choices =
        [("nothing", []), .. LayerSizes.Passes.Keys.Select(pass => (pass, (string[])[pass]))];

    public PassTime[] Run()
    {
        Executable[] executables = Choices.Select(choice => sizes.Bind(cell, parsed, choice.Without)).ToArray();
        try
        {
            var times = new List<double>[executables.Length];
            for (int turn = 0; turn < Turns; turn++)
            {
                for (int e = 0; e < executables.Length; e++)
                    (times[e] ??= []).AddRange(BenchCommand.Time(executables[e], parsed.GetValue(sizes.Training), seconds / Turns));
            }

            return executables.Select((executable, e) =>
            {
                times[e].Sort();
                return new PassTime(Choices[e].Name, times[e][times[e].Count / 2] * 1e3, executable.ArenaBytes, executable.Plan.Sum(line => line.Times));
            }).ToArray();
        }
        finally
        {
            foreach (Executable executable in executables)
                executable.Dispose();
        }
    }
}
