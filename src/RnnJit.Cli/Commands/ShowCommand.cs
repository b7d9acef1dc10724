using System.CommandLine;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Plans;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit show CELL --after PASS</c>: the text of a cell at a stage of the straight line.</summary>
internal static class ShowCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> cell = CellArgument.Create();
        Option<string> after =
            CommonOptions.Text("--after", "The stage to print: " + string.Join(", ", CellStages.Names), CellStages.All[0].Name);
        var layer = new LayerFlags();
        var lengths = new Option<bool>("--lengths") { Description = "Plan the layer for rows with lengths of their own" };
        var optimiser = new Option<string?>("--optimiser")
        {
            Description = "Plan a whole training step: mean squared error, gradients, clipping to 1, and the update of this optimiser "
                + $"({string.Join(", ", OptimiserChoice.Names)})",
        };
        var command = new Command("show",
            """
            Print the text of a cell after a stage. The stage 'plan' is one layer at the sizes that the other options give: its buffers, and its commands with what each reads and writes.

            Examples:
              rnnjit show lstm --after differentiate --training
              rnnjit show gru --after plan --seq 4 --batch 2 --hidden 8
              rnnjit show lstm --after plan --training --lengths
              rnnjit show lstm --after plan --training --optimiser adam
            """) { cell, after, lengths, optimiser };
        layer.AddTo(command);
        command.SetAction(parsed =>
        {
            string stage = parsed.GetRequiredValue(after);
            bool isPlan = stage.Equals(CellStages.Plan, StringComparison.OrdinalIgnoreCase),
                isCell = !isPlan && CellStages.Find(stage) == CellStages.All[0];
            if (isCell && parsed.GetValue(layer.Training))
                throw new UsageException(
                    $"--training has no meaning with --after {CellStages.All[0].Name} (name a later stage by --after)");
            if (isPlan)
                CommonOptions.RequireAbsent(parsed, "--after plan, since plans do not depend on it", layer.Schedule);
            else
                CommonOptions.RequireAbsent(parsed, $"--after {stage}",
                    layer.All.Where(option => option != layer.Training).Append(lengths).Append(optimiser));
            CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell), terminal);
            string text = isPlan
                ? PlanText.Print(LayerBuilder.Run(layer.Read(parsed, definition,
                    terminal) with
                { Lengths = parsed.GetValue(lengths), Step = Step(parsed, optimiser, layer) }).ToPlan())
                : Printer.PrintNamed(CellStages.Find(stage).Run(definition, parsed.GetValue(layer.Training)));
            if (parsed.GetValue(CommonOptions.Json))
                terminal.Out.WriteLine(JsonSerializer.Serialize(new { cell = definition.Name, stage = parsed.GetValue(after), text }));
            else
                terminal.Out.Write(text);
            return ExitCode.Success;
        });
        return command;
    }

    private static TrainingStep? Step(ParseResult parsed, Option<string?> optimiser, LayerFlags layer)
    {
        if (parsed.GetValue(optimiser) is not { } name)
            return null;
        if (!parsed.GetValue(layer.Training))
            throw new UsageException("--optimiser is for a training step (add --training)");
        return OptimiserChoice.Names.Contains(name)
            ? new TrainingStep(OptimiserChoice.Of(new CharacterOptions { Optimiser = name }), ClipNorm: 1, CarryState: false)
            : throw new UsageException($"--optimiser is '{name}', wanted one of {string.Join(", ", OptimiserChoice.Names)} (change it)");
    }
}
