using System.CommandLine;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Text;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit show CELL --after PASS</c>: the text of a cell at a stage of the straight line.</summary>
internal static class ShowCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> cell = CellArgument.Create();
        Option<string> after = CommonOptions.Text("--after", "The stage to print: " + string.Join(", ", CellStages.All.Select(stage => stage.Name)), CellStages.All[0].Name);
        var training = new Option<bool>("--training") { Description = "The stages of a training step instead of a forward pass" };
        var command = new Command("show", "Print the text of a cell after a stage, for instance: rnnjit show lstm --after differentiate --training") { cell, after, training };
        command.SetAction(parsed =>
        {
            CellStage stage = CellStages.Find(parsed.GetRequiredValue(after));
            if (stage == CellStages.All[0] && parsed.GetValue(training))
                throw new UsageException($"--training has no meaning with --after {stage.Name} (name a later stage by --after)");
            CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell), terminal);
            Graph graph = stage.Run(definition, parsed.GetValue(training));
            string text = Printer.PrintNamed(graph);
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new { cell = definition.Name, stage = parsed.GetValue(after), text }));
            else
                terminal.Out.Write(text);
            return ExitCode.Success;
        });
        return command;
    }
}
