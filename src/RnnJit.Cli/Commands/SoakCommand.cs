using System.CommandLine;
using System.Text.Json;
using RnnJit.Cli.Soaking;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit soak</c>: whether memory grows in a long run.</summary>
internal static class SoakCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<double> minutes = CommonOptions.Number("--minutes", "How long to run", 30.0);
        Option<string> only = CommonOptions.Text("--only", "Only works whose name holds this text, to find the one that grows", "");
        var command = new Command("soak",
            """
            Train, save, resume, open and close models, stream, compile cells and load damaged files, in turns, and say whether memory grows.

            After a fifth of the time, samples are taken after full collections: live managed bytes, live bytes of native buffers, RSS. Exit code 1: live bytes grow (the last third of the samples
            lies above the first, the median of the middle one between them), or the upper 95 % bound of the slope of RSS is 8 MB/h or more. The bound is wide in runs of less than about 15 minutes.

            Examples:
              rnnjit soak
              rnnjit soak --minutes 60 --json
              rnnjit soak --minutes 5 --only stream
            """) { minutes, only };
        command.SetAction(parsed =>
        {
            double time = parsed.GetValue(minutes);
            if (time is not (> 0 and <= 1e5))
                throw new UsageException(
                    FormattableString.Invariant($"--minutes is {time}, wanted more than 0 and at most 100000 (change it)"));
            using var work = new SoakWork();
            string text = parsed.GetRequiredValue(only);
            var chosen = work.All.Where(one => one.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).ToArray();
            if (chosen.Length == 0)
                throw new UsageException(
                    $"--only is '{text}', which no work holds (known: {string.Join(", ", work.All.Select(one => one.Name))})");
            if (chosen.Any(one => one.Name == SoakWork.CompileName))
                work.FillCaches(terminal.Interrupted);
            SoakResult result =
                new Soak(chosen, terminal.Error, terminal.Interrupted).Run(TimeSpan.FromMinutes(time), TimeSpan.FromMinutes(1));
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(result.ToJson()));
            else
                result.Print(terminal.Out);
            return result.Passes ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }
}
