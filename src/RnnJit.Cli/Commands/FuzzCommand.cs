using System.CommandLine;
using System.Globalization;
using RnnJit.Cli.Fuzzing;
using RnnJit.Cli.Layers;
using RnnJit.Verification;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit fuzz</c>: shows that no damaged file costs more than a sentence, and that no view of a plan leaves its
/// block.</summary>
internal static class FuzzCommand
{
    public static Command Create(Terminal terminal) =>
        new("fuzz", "Damage what is read on purpose and look for crashes, for instance: rnnjit fuzz files --count 2000") { Files(
            terminal), Programs(terminal) };

    private static Command Files(Terminal terminal)
    {
        Option<int> count = CommonOptions.Number("--count", "Damaged files", 20_000);
        Option<ulong> seed = CommonOptions.Seed();
        Option<string?> keep = CommonOptions.Optional("--keep", "Where to leave the files that failed", "folder");
        Option<string?> name = CommonOptions.Optional("--class", "One class of damage only, see --list", "name");
        Option<string?> format = CommonOptions.Optional("--format",
            $"Damage files of weights or arrays in place of checkpoints: {string.Join(", ", WeightSeeds.Formats)}", "name");
        Option<int> jobs = CommonOptions.Number("--jobs", "Processes side by side", 1);
        Option<int> only = CommonOptions.Number("--only", "Read the file of this index in this process, and keep it", -1);
        var list = new Option<bool>("--list") { Description = "Name the classes" };
        var part = new Option<string?>("--part") { Hidden = true };
        var command = new Command("files",
            """
            Damage checkpoints and cell texts with fitting digests, and load, run and resume them in child processes.

            Examples:
              rnnjit fuzz files --jobs 2
              rnnjit fuzz files --format pt --count 100000
              rnnjit fuzz files --class layout.overlap --count 500
              rnnjit fuzz files --seed 1 --only 4711 --keep found
            """) { count, seed, keep, name, format, jobs, only, list, part };
        command.SetAction(parsed =>
        {
            CommonOptions.RequireAbsent(parsed, "fuzz files", CommonOptions.Json);
            if (parsed.GetValue(list))
            {
                CommonOptions.RequireAbsent(parsed, list.Name, count, seed, keep, name, jobs, only);
                return List(terminal, Format(parsed.GetValue(format)));
            }

            if (IsOne(parsed, only))
                CommonOptions.RequireAbsent(parsed, only.Name, count, jobs);
            int mutants = Positive("--count", parsed.GetValue(count)), processes = Positive("--jobs", parsed.GetValue(jobs));
            string? of = Format(parsed.GetValue(format));
            var plan = new MutantPlan(parsed.GetValue(seed), parsed.GetValue(name) is { } known ? Find(known, of) : null, of);
            if (parsed.GetValue(part) is { } stretch)
                return Part(terminal, plan, stretch);
            if (IsOne(parsed, only))
                return Only(terminal, plan, parsed.GetValue(only), parsed.GetValue(keep));
            FuzzReport report = new FuzzFiles(plan, mutants, processes, parsed.GetValue(keep), terminal).Run();
            report.Print(terminal.Out);
            terminal.Out.WriteLine($"{report.Count} files of {report.Classes} classes, seed {plan.Seed}: {report.Failures.Count} failures");
            return report.Failures.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static Command Programs(Terminal terminal)
    {
        Option<int> count = CommonOptions.Number("--count", "Programs", 100_000);
        Option<ulong> seed = CommonOptions.Seed();
        var command = new Command("programs",
            """
            Plan random Programs with sizes from -2^31 to 2^31 - 1 and prove that no view leaves its block. Small ones run and are compared with the interpreter.

            Examples:
              rnnjit fuzz programs
              rnnjit fuzz programs --count 1000 --seed 2
            """) { count, seed };
        command.SetAction(parsed =>
        {
            CommonOptions.RequireAbsent(parsed, "fuzz programs", CommonOptions.Json);
            int programs = Positive("--count", parsed.GetValue(count));
            ViewReport report = ViewCheck.Run(programs, parsed.GetValue(seed), terminal.Interrupted);
            foreach (string fault in report.Faults)
                terminal.Out.WriteLine(fault);
            terminal.Out.WriteLine(
                $"{programs} Programs, seed {parsed.GetValue(seed)}: {report.Planned} planned, {report.Refused} refused, {report.Run} "
                    + $"compared with the interpreter, {report.Faults.Count} failures");
            return report.Faults.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static string? Format(string? asked) => asked is null || WeightSeeds.Formats.Contains(asked) ? asked
        : throw new UsageException($"--format is '{asked}', wanted one of {string.Join(", ", WeightSeeds.Formats)} (change it)");

    private static int List(Terminal terminal, string? format)
    {
        foreach (Mutation mutation in format is null ? MutationTable.All : WeightMutations.Of(format))
            terminal.Out.WriteLine(mutation.Name);
        return ExitCode.Success;
    }

    // The other side of FuzzChild: a line before each mutant and one after it.
    private static int Part(Terminal terminal, MutantPlan plan, string stretch)
    {
        if (stretch.Split(':') is not [var first, var last]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int from)
            || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int to))
            throw new UsageException($"--part is '{stretch}', wanted FROM:TO (change it)");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rnnjit-fuzz-");
        try
        {
            var run = new MutantRun(plan, folder.FullName);
            for (int n = from; n < to && !terminal.Interrupted.IsCancellationRequested; n++)
            {
                terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{MutantOutcome.Begin}\t{plan.Index(n)}"));
                terminal.Out.Flush();
                terminal.Out.WriteLine(run.Read(plan.Index(n)).ToLine());
                terminal.Out.Flush();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return ExitCode.Success;
    }

    private static int Only(Terminal terminal, MutantPlan plan, int index, string? keep)
    {
        string folder = keep ?? Path.Combine(Path.GetTempPath(), "rnnjit-fuzz");
        Directory.CreateDirectory(folder);
        var run = new MutantRun(plan, folder);
        MutantOutcome outcome = run.Read(index);
        terminal.Out.WriteLine($"{outcome.Class}, file {run.Make(index).Path}");
        terminal.Out.WriteLine(
            $"{outcome.Verdict} in {outcome.Milliseconds} ms, {outcome.LoadBytes} bytes to load {outcome.FileBytes}: "
                + $"{outcome.Sentence.ReplaceLineEndings(" ")}");
        return outcome.IsFailure ? ExitCode.Failure : ExitCode.Success;
    }

    private static bool IsOne(ParseResult parsed, Option<int> only) => CommonOptions.IsGiven(parsed, only)
        && (parsed.GetValue(only) >= 0
            ? true
            : throw new UsageException($"{only.Name} is {parsed.GetValue(only)}, wanted 0 or more (change it)"));

    private static Mutation Find(string name, string? format) =>
        (format is null ? MutationTable.Find(name) : WeightMutations.Of(format).FirstOrDefault(mutation => mutation.Name == name))
            ?? throw new UsageException($"--class is '{name}', wanted one of those that --list names (change it)");

    private static int Positive(string option, int value) =>
        value > 0 ? value : throw new UsageException($"{option} is {value}, wanted at least 1 (change it)");
}
