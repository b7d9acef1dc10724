using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>What a layer costs with one pass switched off.</summary>
internal sealed record PassTime(string Without, double Milliseconds, long ArenaBytes, int Instructions);

/// <summary>Times a layer with all passes, and with each one switched off, in turns, so that what else the machine does hits all alike.</summary>
internal sealed class PassTimes(LayerRequest request, double seconds)
{
    private const int Turns = 4;

    private static readonly (string Name, string[] Without)[] Choices =
        [("nothing", []), .. LayerRequest.Passes.Keys.Select(pass => (pass, (string[])[pass]))];

    public PassTime[] Run()
    {
        Executable[] executables = Choices.Select(choice => LayerBuilder.Bind(request with { Without = [.. request.Without, .. choice.Without] })).ToArray();
        try
        {
            RunLoop[] loops = executables.Select(executable => new RunLoop(executable, request.Training)).ToArray();
            var times = executables.Select(_ => new List<double>()).ToArray();
            for (int turn = 0; turn < Turns; turn++)
            {
                for (int e = 0; e < executables.Length; e++)
                {
                    if (turn == 0)
                        loops[e].WarmUp(Math.Min(RunLoop.WarmUpSeconds, seconds));
                    loops[e].Run(seconds / Turns, least: 2);
                    times[e].AddRange(loops[e].Times);
                }
            }

            return executables.Select((executable, e) => new PassTime(Choices[e].Name, new RunTimes(times[e]).Median * 1e3, executable.ArenaBytes, executable.Plan.Sum(line => line.Times))).ToArray();
        }
        finally
        {
            foreach (Executable executable in executables)
                executable.Dispose();
        }
    }
}
