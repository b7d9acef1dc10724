using System.CommandLine;
using System.Text.Json;
using RnnJit.Cli.Training;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit verify golden PATH…</c>: compares a backend with cases that other implementations computed.</summary>
internal static class VerifyCommand
{
    private static readonly IGoldenBackend[] Backends = [new ExecutableBackend(Backend.Cpu), new ExecutableBackend(Backend.Scalar), new InterpreterBackend()];

    public static Command Create(Terminal terminal) => new("verify", "Compare with results of other implementations") { Golden(terminal) };

    private static Command Golden(Terminal terminal)
    {
        var paths = new Argument<string[]>("path") { Description = "JSON files, or folders that are searched with all folders in them", Arity = ArgumentArity.OneOrMore };
        Option<string> backend = CommonOptions.Text("--backend", "What runs the cases: " + string.Join(", ", Backends.Select(known => known.Name)), Backends[0].Name);
        Option<string> precision = CommonOptions.Text("--precision", "f32 or f64", "f32");
        var command = new Command("golden", "Run reference cases, a line for each, for instance: rnnjit verify golden data/golden --precision f64") { paths, backend, precision };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(backend);
            IGoldenBackend chosen = Backends.FirstOrDefault(known => known.Name == name)
                ?? throw new UsageException($"--backend is '{name}', wanted {string.Join(", ", Backends.Select(known => known.Name))} (change it)");
            string[] given = parsed.GetRequiredValue(paths);
            if (given.FirstOrDefault(path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
                throw new UsageException($"'{missing}' does not exist (check the path)");

            bool json = parsed.GetValue(CommonOptions.Json);
            var lines = new List<string>();
            GoldenSummary summary = GoldenRunner.Run(given, chosen, ModelFlags.PrecisionOf(parsed.GetRequiredValue(precision)), line =>
            {
                terminal.Interrupted.ThrowIfCancellationRequested();
                lines.Add(line);
                if (!json)
                    terminal.Out.WriteLine(line);
            });
            terminal.Out.WriteLine(json
                ? JsonSerializer.Serialize(new { passed = summary.Passed, failed = summary.Failed, skipped = summary.Skipped, lines })
                : $"{summary.Passed} passed, {summary.Failed} failed, {summary.Skipped} skipped");
            return summary.Failed == 0 && summary.Found > 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }
}
