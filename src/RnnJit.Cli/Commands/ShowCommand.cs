using System.CommandLine;
using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Cli.Disassembly;
using RnnJit.Cli.Layers;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit show CELL --after PASS</c>: the text of a cell at a stage of the straight line.</summary>
internal sealed class ShowCommand
{
    private readonly Terminal terminal;
    private readonly Argument<string> cell = CellArgument.Create();

    private readonly Option<string> after =
        CommonOptions.Text("--after", "The stage to print: " + string.Join(", ", CellStages.Names), CellStages.All[0].Name);

    private readonly LayerFlags layer = new();
    private readonly Option<bool> lengths = new("--lengths") { Description = "Plan the layer for rows with lengths of their own" };

    private readonly Option<string?> optimiser = new("--optimiser")
    {
        Description = "Plan a whole training step: mean squared error, gradients, clipping to 1, and the update of this optimiser "
            + $"({string.Join(", ", OptimiserChoice.Names)})",
    };

    private readonly Option<bool> full = new("--full")
    {
        Description = $"With --after {CellStages.Asm}: the whole method instead of its innermost loop"
    };

    // Of the child process whose code is printed.
    private readonly Option<bool> compile = new("--compile-kernel") { Hidden = true };

    private ShowCommand(Terminal terminal) => this.terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var show = new ShowCommand(terminal);
        var command = new Command("show",
            """
            Print the text of a cell after a stage. The stage 'plan' is one layer at the sizes that the other options give: its buffers, and its commands with what each reads and writes. The stage 'asm' is the machine code that this machine runs for the last kernel of the loop over time, its innermost loop.

            Examples:
              rnnjit show lstm --after differentiate --training
              rnnjit show gru --after plan --seq 4 --batch 2 --hidden 8
              rnnjit show lstm --after plan --training --lengths
              rnnjit show lstm --after plan --training --optimiser adam
              rnnjit show lstm --after asm --isa avx2
            """) { show.cell, show.after, show.lengths, show.optimiser, show.full, show.compile, IsaFlag.Option };
        show.layer.AddTo(command);
        command.SetAction(show.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string stage = parsed.GetRequiredValue(after);
        bool isPlan = stage.Equals(CellStages.Plan, StringComparison.OrdinalIgnoreCase),
            isAsm = stage.Equals(CellStages.Asm, StringComparison.OrdinalIgnoreCase),
            isCell = !isPlan && !isAsm && CellStages.Find(stage) == CellStages.All[0];
        if (isCell && parsed.GetValue(layer.Training))
            throw new UsageException($"--training has no meaning with --after {CellStages.All[0].Name} (name a later stage by --after)");
        if (!isAsm)
            CommonOptions.RequireAbsent(parsed, $"--after {stage}", full, compile, IsaFlag.Option);
        if (isPlan)
            CommonOptions.RequireAbsent(parsed, "--after plan, since plans do not depend on it", layer.Schedule);
        else
            CommonOptions.RequireAbsent(parsed, $"--after {stage}",
                layer.All.Where(option => option != layer.Training).Append(lengths).Append(optimiser));
        if (isAsm)
            return MachineCode(parsed);

        CellDefinition definition = CellArgument.Find(parsed.GetRequiredValue(cell), terminal);
        Write(parsed, definition.Name, isPlan
            ? PlanText.Print(LayerBuilder.Run(layer.Read(parsed, definition,
                terminal) with
            { Lengths = parsed.GetValue(lengths), Step = Step(parsed, optimiser, layer) }).ToPlan())
            : Printer.PrintNamed(CellStages.Find(stage).Run(definition, parsed.GetValue(layer.Training))));
        return ExitCode.Success;
    }

    private int MachineCode(ParseResult parsed)
    {
        if (IsaFlag.Restart(parsed) is { } other)
            return other;
        string name = parsed.GetRequiredValue(cell);
        if (parsed.GetValue(compile))
        {
            CellDefinition definition = CellArgument.Find(name, terminal);
            Graph program = CellStages.All[^1].Run(definition, parsed.GetValue(layer.Training));
            terminal.Out.WriteLine(KernelCode.Compile(definition.Name, program));
            return ExitCode.Success;
        }

        IEnumerable<string> child = parsed.Tokens.Select(token => token.Value).Append(compile.Name);
        string text = KernelCode.Print(child, parsed.GetValue(full), out int code);
        if (code == ExitCode.Success)
            Write(parsed, CellArgument.Find(name, terminal: null).Name, text);
        return code;
    }

    private void Write(ParseResult parsed, string name, string text)
    {
        if (parsed.GetValue(CommonOptions.Json))
            terminal.Out.WriteLine(JsonSerializer.Serialize(new { cell = name, stage = parsed.GetValue(after), text }));
        else
            terminal.Out.Write(text);
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
