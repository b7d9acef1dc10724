using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;

namespace RnnJit.Cli.Layers;

/// <summary>
/// One layer of a cell as a Program. Whatever the cell reads besides its states is an input of the Program under the cell's own name and in
/// its own dimensions, T in front of what it reads at each step. Inputs that only the layer has are named in <see cref="Ports"/>.
/// </summary>
internal sealed record LayerProgram(Graph Graph, LayerPorts Ports)
{
    public const string Output = "y", Loss = "loss";

    /// <summary>x ⇒ y.</summary>
    public static LayerProgram Forward(CellDefinition cell, bool lengths = false)
    {
        var (net, _, ports) = Start(cell, lengths);
        return new LayerProgram(net.Build(), ports);
    }

    /// <summary>With the mean squared error of y against an input.</summary>
    public static LayerProgram WithError(CellDefinition cell, bool lengths = false)
    {
        var (net, y, ports) = Start(cell, lengths);
        string target = Free("target", cell);
        net.Output(Loss, Networks.Loss.MeanSquaredError(y, net.Input(target, [.. y.Type.Dims])));
        return new LayerProgram(net.Build(), ports with { Target = target });
    }

    /// <summary>With Σ y ⊙ dy, whose gradients are those of y for a given dy; see <see cref="Gradients"/>.</summary>
    public static LayerProgram WithGiven(CellDefinition cell, bool lengths = false)
    {
        var (net, y, ports) = Start(cell, lengths);
        string dy = Free("dy", cell);
        net.Output(Loss, Rnn.Total(y * net.Input(dy, [.. y.Type.Dims])));
        return new LayerProgram(net.Build(), ports with { OutputGradient = dy });
    }

    /// <summary>A Program with a loss, as one that returns y, final states, and the gradient <c>d_NAME</c> of everything real that is read:
    /// inputs, initial states, parameters.</summary>
    public static Graph Gradients(Graph program, LayerPorts ports)
    {
        string[] names = [.. program.Inputs.Where(port => port.Type.IsReal && port.Name != ports.OutputGradient && !MaskPort.Is(port)
            && !RunningPort.Is(port)).Select(port => port.Name)];
        return ProgramSlice.Run(Differentiate.Run(program, Loss, names), output => output.Name != Loss, masks: true);
    }

    private static (NetworkBuilder Net, Value Y, LayerPorts Ports) Start(CellDefinition cell, bool lengths)
    {
        var net = new NetworkBuilder(cell.Name);
        var ports = new LayerPorts(Lengths: lengths ? Free("lengths", cell) : null);
        if (ports.Lengths is { } rows)
            net.Lengths(rows, "B");
        var read = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (Port port in Read(cell))
        {
            Dim[] dims = port.Role == PortRole.Input ? ["T", .. port.Type.Dims] : [.. port.Type.Dims];
            read[port.Name] = port.Type.IsReal ? net.Input(port.Name, dims) : net.Indices(port.Name, dims).Tensor;
        }

        Port first = cell.StepInputs.FirstOrDefault(port => !MaskPort.Is(port))
            ?? throw new UsageException($"Cell '{cell.Name}' reads nothing at its steps, so it makes no layer (give Step an input)");
        var options = new RecurrentOptions
        {
            Given = read,
            Dims = cell.Step.Symbols().Where(symbol => symbol is not ("B" or "H")).ToDictionary(symbol => symbol, Dim.Symbol)
        };
        Value y = net.Recurrent("layer0", cell, read[first.Name], "H", options).Output;
        return (net, net.Output(Output, y), ports);
    }

    private static IEnumerable<Port> Read(CellDefinition cell) =>
        cell.StepInputs.Concat(cell.SequenceInputs).Where(port => !MaskPort.Is(port));

    // The cell's names come first: target ⇒ target_ where the cell reads a target.
    private static string Free(string name, CellDefinition cell)
    {
        while (Read(cell).Any(port => port.Name == name))
            name += "_";
        return name;
    }
}
