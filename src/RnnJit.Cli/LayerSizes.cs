using System.CommandLine;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Cli;

/// <summary>The shape of a single layer that <c>explain</c> and <c>bench</c> plan: options, and the layer bound to them.</summary>
internal sealed class LayerSizes
{
    public Option<bool> Training { get; } = new("--training") { Description = "A training step (forward, backward, all gradients) instead of a forward pass" };

    public Option<int> Seq { get; } = CommonOptions.Number("--seq", "Time steps", 50);

    public Option<int> Batch { get; } = CommonOptions.Number("--batch", "Rows", 32);

    public Option<int> Hidden { get; } = CommonOptions.Number("--hidden", "Units, and inputs where --input is not given", 256);

    public Option<int> Input { get; } = CommonOptions.Number("--input", "Inputs; 0: as many as units", 0);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Training, Seq, Batch, Hidden, Input])
            command.Add(option);
    }

    /// <exception cref="UsageException">A size is not positive.</exception>
    public Executable Bind(CellDefinition cell, ParseResult parsed)
    {
        var sizes = new Dictionary<string, int>();
        void Size(string symbol, Option<int> option, int value)
        {
            if (value < 1)
                throw new UsageException($"{option.Name} is {value}, wanted at least 1 (change it)");
            sizes[symbol] = value;
        }

        Graph program = CellStages.Program(cell, parsed.GetValue(Training));
        if (parsed.GetValue(Training))
            program = Trainer.Program(program);
        Size("T", Seq, parsed.GetValue(Seq));
        Size("B", Batch, parsed.GetValue(Batch));
        int hidden = parsed.GetValue(Hidden), input = parsed.GetValue(Input);
        Size("H", Hidden, hidden);
        Size("X", Input, input == 0 ? hidden : input);
        foreach (string symbol in program.Symbols().Where(symbol => !sizes.ContainsKey(symbol)))
            sizes[symbol] = hidden;
        Executable executable = Executable.Create(program, new ExecutableOptions { Sizes = sizes, Threads = parsed.GetValue(CommonOptions.Threads) });
        var random = new Random(1);
        foreach (Port port in executable.Program.Inputs.Where(port => port.Type.IsReal))
        {
            Tensor tensor = executable.Input(port.Name);
            tensor.Set(Enumerable.Range(0, tensor.Length).Select(_ => (random.NextDouble() - 0.5) / 8).ToArray());
        }

        return executable;
    }
}
