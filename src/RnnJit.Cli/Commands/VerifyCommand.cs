using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Ir;
using RnnJit.Verification;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit verify</c>: compares a backend with cases that other implementations computed.</summary>
internal static class VerifyCommand
{
    private delegate GoldenSummary Run(IEnumerable<string> paths, IGoldenBackend backend, ElementType precision, Action<string> onLine);

    public static Command Create(Terminal terminal) => new(
        "verify",
        """
        Compare with results of other implementations: a line for each case, exit code 1 where one differs.

        Examples:
          rnnjit verify golden data/golden --precision f64
          rnnjit verify golden data/golden --without fuse,merge --threads 2
          rnnjit verify golden data/golden --isa 128
          rnnjit verify cells --device cuda:0
        """)
    {
        Cases(terminal, "golden", "Run reference cases, a line for each, for instance: rnnjit verify golden data/golden --precision f64",
            "JSON files, or folders that are searched with all folders in them", GoldenRunner.Run),
        Cases(terminal, "keras", "Run layers of Keras against the expectations of its own tests", "JSON files", KerasRunner.Run, Files),
        Cases(terminal, "tflite", "Run the LSTM of TensorFlow Lite Micro against its values", "JSON files", TfliteRunner.Run, Files),
        VerifyCellsCommand.Create(terminal),
        IsaFlag.Option,
    };

    private static Command Cases(Terminal terminal, string name, string description, string what, Run run, Action<string[]>? check = null)
    {
        var paths = new Argument<string[]>("path") { Description = what, Arity = ArgumentArity.OneOrMore };
        var flags = new BackendFlags();
        var command = new Command(name, description) { paths };
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            IGoldenBackend backend = flags.Read(parsed);
            string[] given = parsed.GetRequiredValue(paths);
            if (given.FirstOrDefault(path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
                throw new UsageException($"'{missing}' does not exist (check the path)");
            check?.Invoke(given);
            if (IsaFlag.Restart(parsed) is { } code)
                return code;

            bool json = parsed.GetValue(CommonOptions.Json);
            var lines = new List<string>();
            GoldenSummary summary = run(given, backend, flags.Precision(parsed), line =>
            {
                terminal.Interrupted.ThrowIfCancellationRequested();
                lines.Add(line);
                if (!json)
                    terminal.Out.WriteLine(line);
            });
            var both = backend as DeviceComparison;
            terminal.Out.WriteLine(json
                ? JsonSerializer.Serialize(new
                {
                    backend = backend.Name,
                    options = flags.ToJson(parsed, backend),
                    passed = summary.Passed,
                    failed = summary.Failed,
                    skipped = summary.Skipped,
                    numbers = both?.Numbers,
                    differing = both?.Differing,
                    lines,
                })
                : $"{summary.Passed} passed, {summary.Failed} failed, {summary.Skipped} skipped{flags.Describe(parsed)}{Compared(both)}");
            return summary.Failed == 0 && summary.Found > 0 && both is not { Differing: > 0 } ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static string Compared(DeviceComparison? both) => both is null ? ""
        : string.Create(CultureInfo.InvariantCulture,
            $"\n{both.Numbers:N0} numbers of '{both.Name}' compared with the CPU's in equal lanes, {both.Differing:N0} differ");

    private static void Files(string[] paths)
    {
        if (paths.FirstOrDefault(Directory.Exists) is { } folder)
            throw new UsageException($"'{folder}' is a folder, wanted a file (give the file in it)");
    }
}
