using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench CELL</c>: times one layer, weights repacked after every training step as after an optimiser's.</summary>
internal static class BenchCommand
{
    private const int WarmUps = 3, LeastRuns = 5;

    public static Command Create(Terminal terminal)
    {
        Argument<string> cell = CellArgument.Create();
        var sizes = new LayerSizes();
        Option<double> seconds = CommonOptions.Number("--seconds", "How long to measure", 2.0);
        var peers = new Option<bool>("--peers") { Description = "Time PyTorch's layer of the same shape in turn, where it is installed" };
        var compiling = new Option<bool>(CompilerWarmUp.CompileOption) { Description = "Time the compilation instead: passes, kernels, plan; cold, warm, for T 10 and T 10,000 (batch 1)" };
        var passes = new Option<bool>("--passes") { Description = "Time the layer with each pass switched off: what it is worth" };
        var stream = new Option<bool>("--stream") { Description = "Time one step at a time on one thread, batch 1 unless --batch says otherwise" };
        Option<string?> lengths = LengthTimes.Flag();
        var command = new Command("bench",
            """
            Time one layer.

            Examples:
              rnnjit bench lstm --training --seq 50 --batch 32 --hidden 256 --peers
              rnnjit bench lstm --training --compile
              rnnjit bench lstm --training --passes
              rnnjit bench lstm --stream --input 1 --hidden 24
              rnnjit bench lstm --training --lengths uniform
            """) { cell, seconds, peers, compiling, CompilerWarmUp.Flag, passes, stream, lengths };
        sizes.AddTo(command);
        command.SetAction(parsed =>
        {
            CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell));
            bool json = parsed.GetValue(CommonOptions.Json);
            CompilerWarmUp.Await(parsed);
            if (parsed.GetValue(lengths) is { } drawn)
            {
                LengthTimes.Refuse(parsed, peers, compiling, passes, stream);
                return ReportLengths(terminal, json, new LengthTimes(sizes, parsed, definition, parsed.GetValue(seconds)).Run(drawn));
            }

            if (parsed.GetValue(compiling))
                return Report(terminal, json, new CompileTimes(sizes, parsed, definition).Run(), PrintCompile);
            if (parsed.GetValue(passes))
                return Report(terminal, json, new PassTimes(sizes, parsed, definition, parsed.GetValue(seconds)).Run(), PrintPasses);

            if (parsed.GetValue(stream))
                return ReportStream(terminal, json, new StreamTimes(sizes, parsed, definition, parsed.GetValue(seconds)).Run());

            long start = Stopwatch.GetTimestamp();
            using Executable executable = sizes.Bind(definition, parsed);
            double compile = Stopwatch.GetElapsedTime(start).TotalSeconds;
            bool training = parsed.GetValue(sizes.Training);
            double[] own = Time(executable, training, parsed.GetValue(seconds));
            PeerResult? peer = parsed.GetValue(peers) ? TorchPeer.Run(definition.Name, executable, training, parsed.GetValue(CommonOptions.Threads), parsed.GetValue(seconds)) : null;
            double flops = executable.Plan.Sum(line => line.Flops * line.Times);
            if (json)
                terminal.Out.WriteLine(JsonSerializer.Serialize(new { cell = definition.Name, training, sizes = executable.Options.Sizes, compile, gflop = flops / 1e9, seconds = own, peer }));
            else
                Print(terminal.Out, definition, compile, own, flops, peer);
            return ExitCode.Success;
        });
        return command;
    }

    private static int ReportStream(Terminal terminal, bool json, StreamTime time)
    {
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(time));
        else
            StreamTimes.Print(terminal.Out, time);
        return ExitCode.Success;
    }

    private static int ReportLengths(Terminal terminal, bool json, LengthTime time)
    {
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(time));
        else
            LengthTimes.Print(terminal.Out, time);
        return ExitCode.Success;
    }

    private static int Report<T>(Terminal terminal, bool json, IEnumerable<T> rows, Action<TextWriter, IEnumerable<T>> print)
    {
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(rows.ToArray()));
        else
            print(terminal.Out, rows);
        return ExitCode.Success;
    }

    private static void PrintCompile(TextWriter to, IEnumerable<CompileTime> rows)
    {
        to.WriteLine("milliseconds             total   program    passes   kernels      plan   (first run)");
        foreach (CompileTime row in rows)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.What,-20}{row.Total,10:0.0}{row.Program,10:0.0}{row.Passes,10:0.0}{row.Kernels,10:0.0}{row.Plan,10:0.0}{row.FirstRun,14:0.0}"));
    }

    private static void PrintPasses(TextWriter to, IEnumerable<PassTime> measured)
    {
        PassTime[] rows = measured.ToArray();
        to.WriteLine("switched off          median ms   against all        arena MB   instructions");
        foreach (PassTime row in rows)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Without,-20}{row.Milliseconds,11:0.000}{row.Milliseconds / rows[0].Milliseconds,12:0.00} x{row.ArenaBytes / 1e6,16:0.00}{row.Instructions,15}"));
    }

    internal static double[] Time(Executable executable, bool training, double seconds)
    {
        var times = new List<double>();
        long end = 0;
        for (int run = -WarmUps; run < LeastRuns || Stopwatch.GetTimestamp() < end; run++)
        {
            if (run == 0)
                end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
            foreach (Port port in executable.Program.Inputs.Where(port => training && port.Role == PortRole.Parameter))
                executable.Input(port.Name).Touch();
            long start = Stopwatch.GetTimestamp();
            executable.Run();
            if (run >= 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        times.Sort();
        return times.ToArray();
    }

    private static void Print(TextWriter to, CellDefinition cell, double compile, double[] own, double flops, PeerResult? peer)
    {
        string Line(string name, double[] times) => string.Create(CultureInfo.InvariantCulture,
            $"{name}: min {times[0] * 1e3:0.000} ms, median {times[times.Length / 2] * 1e3:0.000} ms, p95 {times[times.Length * 95 / 100] * 1e3:0.000} ms of {times.Length} runs, {flops / times[0] / 1e9:0.0} GFLOP/s");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"compiled in {compile * 1e3:0} ms"));
        to.WriteLine(Line("RnnJit " + cell.Name, own));
        if (peer is { Seconds.Length: > 0 })
        {
            to.WriteLine(Line(peer.Tool, peer.Seconds));
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peer.Seconds[0] / own[0]:0.00} × (minima), {peer.Seconds[peer.Seconds.Length / 2] / own[own.Length / 2]:0.00} × (medians)"));
        }
        else if (peer is not null)
        {
            to.WriteLine($"PyTorch: skipped, {peer.Tool}");
        }
    }
}
