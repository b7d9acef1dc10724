using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;

namespace RnnJit.Cli.Layers;

/// <summary>One layer of a cell as a Program. Whatever the cell reads besides its states is an input of the Program under the cell's own name and in its own dimensions, T in front of what it reads at each step.</summary>
internal static class LayerProgram
{
    public const string Output = "y", OutputGradient = "dy", Lengths = "lengths";

    private const string LossName = "loss";

    /// <summary>x ⇒ y.</summary>
    public static Graph Forward(CellDefinition cell, bool lengths = false) => Start(cell, lengths).Net.Build();

    /// <summary>With the mean squared error of y against an input <c>target</c>.</summary>
    public static Graph WithError(CellDefinition cell)
    {
        var (net, y) = Start(cell, lengths: false);
        net.Output(LossName, Loss.MeanSquaredError(y, net.Input("target", [.. y.Type.Dims])));
        return net.Build();
    }

    /// <summary>With Σ y ⊙ dy, whose gradients are those of y for a given <c>dy</c>; see <see cref="Gradients"/>.</summary>
    public static Graph WithGiven(CellDefinition cell, bool lengths = false)
    {
        var (net, y) = Start(cell, lengths);
        net.Output(LossName, Rnn.Total(y * net.Input(OutputGradient, [.. y.Type.Dims])));
        return net.Build();
    }

    /// <summary>A Program with a loss, as one that returns y, final states, and the gradient <c>d_NAME</c> of everything real that is read: inputs, initial states, parameters.</summary>
    public static Graph Gradients(Graph program)
    {
        string[] names = [.. program.Inputs.Where(port => port.Type.IsReal && port.Name != OutputGradient && !MaskPort.Is(port) && !RunningPort.Is(port)).Select(port => port.Name)];
        return ProgramSlice.Run(Differentiate.Run(program, LossName, names), output => output.Name != LossName, masks: true);
    }

    private static (NetworkBuilder Net, Value Y) Start(CellDefinition cell, bool lengths)
    {
        var net = new NetworkBuilder(cell.Name);
        if (lengths)
            net.Lengths(Lengths, "B");
        var read = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (Port port in cell.StepInputs.Concat(cell.SequenceInputs).Where(port => !MaskPort.Is(port)))
        {
            Dim[] dims = port.Role == PortRole.Input ? ["T", .. port.Type.Dims] : [.. port.Type.Dims];
            read[port.Name] = port.Type.IsReal ? net.Input(port.Name, dims) : net.Indices(port.Name, dims).Tensor;
        }

        Port first = cell.StepInputs.FirstOrDefault(port => !MaskPort.Is(port))
            ?? throw new UsageException($"Cell '{cell.Name}' reads nothing at its steps, so it makes no layer (give Step an input)");
        var options = new RecurrentOptions { Given = read, Dims = cell.Step.Symbols().Where(symbol => symbol is not ("B" or "H")).ToDictionary(symbol => symbol, Dim.Symbol) };
        Value y = net.Recurrent("layer0", cell, read[first.Name], "H", options).Output;
        return (net, net.Output(Output, y));
    }
}
