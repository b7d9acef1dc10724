using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Training;
using RnnJit.Runtime;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench CELL</c>: times one layer, weights repacked after every training step as after an optimiser's.</summary>
internal sealed class BenchCommand
{
    private readonly Terminal terminal;
    private readonly Argument<string> cell = CellArgument.Create();
    private readonly LayerFlags layer = new();
    private readonly Option<double> seconds = CommonOptions.Number("--seconds", "How long to measure", 2.0);

    private readonly Option<bool> peers = new("--peers")
    {
        Description = "Time PyTorch, ONNX Runtime and oneDNN in turn with the same weights, where they are installed, and compare results"
    };

    private readonly Option<string?> svg =
        CommonOptions.Optional("--svg", "Draw the fastest times and the machine's limit as a chart", "file");

    private readonly Option<bool> compiling = new(CompilerWarmUp.CompileOption)
    {
        Description = "Time the compilation instead: passes, kernels, plan; cold, warm, for T 10 and T 10,000 (batch 1)"
    };

    private readonly Option<bool> passes = new("--passes") { Description = "Time the layer with each pass switched off: what it is worth" };

    private readonly Option<bool> profile = new("--profile")
    {
        Description = "Time each line of the plan (see explain): where a run's time goes, and how fast each product is"
    };

    private readonly Option<bool> stream =
        new("--stream") { Description = "Time one step at a time on one thread, batch 1 unless --batch says otherwise" };

    private readonly Option<string?> lengths = LengthTimes.Flag();

    private BenchCommand(Terminal terminal) => this.terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var bench = new BenchCommand(terminal);
        Command command = bench.WithOptions();
        foreach (Command part in Parts(terminal))
            command.Add(part);
        command.SetAction(bench.Run);
        return command;
    }

    private Command WithOptions()
    {
        var command = new Command("bench",
            """
            Time one layer, and say which part of the machine's own limit that is.

            Examples:
              rnnjit bench lstm --training --seq 50 --batch 32 --hidden 256 --peers
              rnnjit bench gru --seq 25 --batch 1 --hidden 512 --threads 2 --isa avx2
              rnnjit bench lstm --batch 2 --threads 2 --schedule batch
              rnnjit bench lstm --training --compile
              rnnjit bench lstm --training --passes
              rnnjit bench lstm --training --profile --threads 1
              rnnjit bench lstm --stream --input 1 --hidden 24
              rnnjit bench lstm --training --lengths uniform
              rnnjit bench lstm --training --device cuda:0
              rnnjit bench deepbench --list
            """) { cell, seconds, peers, svg, compiling, CompilerWarmUp.Flag, passes, profile, stream, lengths, IsaFlag.Option };
        layer.AddTo(command);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        if (IsaFlag.Restart(parsed) is { } code)
            return code;
        CompilerWarmUp.Await(parsed);
        RequireOne(parsed, [lengths, compiling, passes, profile, stream],
            option => option == compiling ? [svg, peers, seconds, layer.Seq, layer.Batch, layer.Schedule] : [svg, peers]);
        if (!parsed.GetValue(compiling) && CommonOptions.IsGiven(parsed, CompilerWarmUp.Flag))
            throw new UsageException($"{CompilerWarmUp.Flag.Name} is for {compiling.Name} (add it)");
        LayerRequest request = layer.Read(parsed, CellArgument.Find(parsed.GetRequiredValue(cell), terminal), terminal);
        if (request.Device != Device.Cpu)
            CommonOptions.RequireAbsent(parsed, $"{layer.Target.Name} {request.Device}", peers, svg, compiling, passes, stream, lengths,
                IsaFlag.Option);
        double time = CommonOptions.Seconds(parsed, seconds);
        if (parsed.GetValue(svg) is { } picture)
        {
            OutputFile.Check(picture);
            OutputFile.RequireApart(("--svg", picture), ("the cell", CellArgument.FileOf(parsed.GetRequiredValue(cell))));
        }

        return Measure(parsed, request, time);
    }

    private int Measure(ParseResult parsed, LayerRequest request, double time)
    {
        bool json = parsed.GetValue(CommonOptions.Json);
        if (parsed.GetValue(lengths) is { } drawn)
            return Report(terminal, json, new LengthTimes(request, time, terminal.Interrupted).Run(drawn), LengthTimes.Print);
        if (parsed.GetValue(compiling))
            return Report(terminal, json, new CompileTimes(request).Run(), PrintCompile);
        if (parsed.GetValue(passes))
            return Report(terminal, json, new PassTimes(request, time, terminal.Interrupted).Run(), PrintPasses);
        if (parsed.GetValue(profile))
            return Report(terminal, json, new ProfileTimes(request, time, terminal.Interrupted).Run(), ProfileTimes.Print);
        if (parsed.GetValue(stream))
            return Report(terminal, json, Stream(parsed, layer, request, time), StreamTimes.Print);
        if (request.Device != Device.Cpu)
            return Print(terminal, json, DeviceRun.Of(request, time));

        LayerRun run = LayerRun.Of(request, time, parsed.GetValue(peers), IsaFlag.Given(parsed), terminal.Interrupted);
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(run.ToJson()));
        else
            run.Print(terminal.Out);
        if (parsed.GetValue(svg) is { } chart)
            OutputFile.Write(chart, run.ToChart().ToSvg());
        return run.Peers is { Agree: false } ? ExitCode.Failure : ExitCode.Success;
    }

    private static Command[] Parts(Terminal terminal) =>
    [
        BenchServeCommand.Create(terminal), BenchComparisonCommand.Additions(terminal), BenchComparisonCommand.Lengths(terminal),
        BenchDeepBenchCommand.Create(terminal), BenchScalingCommand.Create(terminal), BenchWorkersCommand.Create(terminal),
        BenchBuildsCommand.Create(terminal),
    ];

    // Each of these options says what to time; some others are for the time of one layer only.
    private static void RequireOne(ParseResult parsed, Option[] choices, Func<Option, Option[]> idle)
    {
        Option[] given = [.. choices.Where(option => CommonOptions.IsGiven(parsed, option))];
        if (given.Length > 1)
            throw new UsageException($"{given[0].Name} and {given[1].Name} time different things (leave one of them away)");
        if (given.Length == 1 && idle(given[0]).FirstOrDefault(option => CommonOptions.IsGiven(parsed, option)) is { } other)
            throw new UsageException($"{given[0].Name} has no meaning with {other.Name} (leave one of them away)");
    }

    private static StreamTime Stream(ParseResult parsed, LayerFlags layer, LayerRequest request, double seconds)
    {
        if (((Option[])[layer.Training, layer.Seq, layer.Checkpoint, layer.ParallelTime, layer.Schedule])
            .FirstOrDefault(option => CommonOptions.IsGiven(parsed, option)) is { } idle)
            throw new UsageException($"--stream runs one step at a time forwards, so {idle.Name} has no meaning (leave it out)");
        if (request.Threads > 1)
            throw new UsageException($"--stream runs on one thread, so --threads {request.Threads} has no meaning (leave it out)");
        return new StreamTimes(request with { Batch = CommonOptions.IsGiven(parsed, layer.Batch) ? request.Batch : 1 }, seconds).Run();
    }

    private static int Print(Terminal terminal, bool json, DeviceRun run)
    {
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(run.ToJson()));
        else
            run.Print(terminal.Out);
        return ExitCode.Success;
    }

    private static int Report<T>(Terminal terminal, bool json, T result, Action<TextWriter, T> print)
    {
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(result));
        else
            print(terminal.Out, result);
        return ExitCode.Success;
    }

    private static void PrintCompile(TextWriter to, IEnumerable<CompileTime> rows)
    {
        to.WriteLine("milliseconds             total   program    passes   kernels      plan   (first run)");
        foreach (CompileTime row in rows)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.What,-20}{row.Total,10:0.0}{row.Program,10:0.0}{row.Passes,10:0.0}{row.Kernels,10:0.0}{row.Plan,10:0.0}"
                    + $"{row.FirstRun,14:0.0}"));
    }

    private static void PrintPasses(TextWriter to, IEnumerable<PassTime> measured)
    {
        PassTime[] rows = measured.ToArray();
        to.WriteLine("switched off             min ms   against all   median ms        arena MB   instructions");
        foreach (PassTime row in rows)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Without,-20}{row.Milliseconds,11:0.000}{row.Milliseconds / rows[0].Milliseconds,12:0.00} x{row.Median,12:0.000}"
                    + $"{row.ArenaBytes / 1e6,16:0.00}{row.Instructions,15}"));
    }
}
