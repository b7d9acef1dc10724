using System.CommandLine;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Ir;
using RnnJit.Randomness;
using RnnJit.Verification;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit gradcheck CELL</c>: compares the derived gradient with difference quotients.</summary>
internal static class GradCheckCommand
{
    private const int Steps = 4, Batch = 2, Inputs = 3, Hidden = 3;

    public static Command Create(Terminal terminal)
    {
        Argument<string> cell = CellArgument.Create();
        Option<ulong> seed = CommonOptions.Seed();
        var command = new Command("gradcheck",
            $"Check a cell's gradient over {Steps} steps against fourth-order central differences, for instance: rnnjit gradcheck gru")
        {
            cell, seed
        };
        command.SetAction(parsed =>
        {
            CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell), terminal);
            GradientReport[] reports = Check(definition, parsed.GetValue(seed));
            bool passed = reports.All(report => report.Passed);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new
                {
                    cell = definition.Name,
                    passed,
                    gradients = reports.Select(
                        report => new { input = report.Input, passed = report.Passed, error = report.Error, tolerance = report.Tolerance })
                }));
            else
                WriteLines(terminal, definition, reports);
            return passed ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    // One check for each input, so that each has a line; the worst element stands for it.
    private static GradientReport[] Check(CellDefinition cell, ulong seed)
    {
        var (program, ports) = LayerProgram.WithError(cell);
        var sizes = new Dictionary<string, int> { ["T"] = Steps, ["B"] = Batch, ["X"] = Inputs, ["H"] = Hidden };
        foreach (string symbol in program.Symbols())
            sizes.TryAdd(symbol, Hidden);
        var random = new RandomStream(seed);
        var point = program.Inputs.ToDictionary(port => port.Name, port => Draw(port, sizes, random));
        return program.Inputs.Where(port => port.Type.IsReal && port.Name != ports.Target)
            .Select(port => GradientCheck.Run(program, LayerProgram.Loss, [port.Name], point, sizes)).ToArray();
    }

    private static NdArray Draw(Port port, Dictionary<string, int> sizes, RandomStream random)
    {
        var values = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray());
        for (int i = 0; i < values.Length; i++)
            values.Data[i] = port.Type.IsReal ? random.NextUniform(-0.8, 0.8) : i % Hidden;
        return values;
    }

    private static void WriteLines(Terminal terminal, CellDefinition cell, GradientReport[] reports)
    {
        foreach (GradientReport report in reports)
            terminal.Out.WriteLine(report);
        terminal.Out.WriteLine(
            $"{cell.Name}: {reports.Count(report => report.Passed)} of {reports.Length} gradients agree with difference quotients");
    }
}
