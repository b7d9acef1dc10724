using System.CommandLine;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Training;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit emit CELL --dialect DIALECT</c>: the C# of a cell's kernels.</summary>
internal static class EmitCommand
{
    private static readonly (string Name, EmitDialect Dialect)[] Dialects = [("simd", SimdDialect.Instance),
        ("scalar", ScalarDialect.Instance), ("ilgpu", IlgpuDialect.Instance)];

    public static Command Create(Terminal terminal)
    {
        Argument<string> cell = CellArgument.Create();
        Option<string> dialect = CommonOptions.Text("--dialect",
            "simd, scalar: readable, bounds and numbers checked, or ilgpu: for a thread of a GPU", Dialects[0].Name);
        var training = new Option<bool>("--training") { Description = "The kernels of a training step instead of a forward pass" };
        var command = new Command("emit",
            "Print the C# of a cell's kernels, for instance: rnnjit emit gru --dialect scalar") { cell, dialect, training };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(dialect);
            if (Array.FindIndex(Dialects, known => known.Name == name) is var chosen && chosen < 0)
                throw new UsageException(
                    $"--dialect is '{name}', wanted {string.Join(" or ", Dialects.Select(known => known.Name))} (change it)");

            CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell), terminal);
            string[] kernels = Kernels(definition, Dialects[chosen].Dialect, parsed.GetValue(training));
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new { cell = definition.Name, dialect = name, kernels }));
            else
                terminal.Out.Write(string.Join("\n", kernels));
            return ExitCode.Success;
        });
        return command;
    }

    private static string[] Kernels(CellDefinition cell, EmitDialect dialect, bool training)
    {
        Graph program = CellStages.Program(cell, training);
        IReadOnlyList<Graph> kernels = KernelList.Of(Pipeline.Run(training ? Trainer.Program(program) : program));
        return kernels.Select((kernel, i) => KernelEmitter.Emit(kernel, dialect, $"{cell.Name}{i + 1}",
            $"Kernel {i + 1} of {kernels.Count} of {cell.Name}{(training ? ", training" : "")}.")).ToArray();
    }
}
