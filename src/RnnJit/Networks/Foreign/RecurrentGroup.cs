using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>One direction of a recurrent layer of a Program whose cell other libraries have too, with
/// the parameters that it reads.</summary>
/// <param name="Layer">The layer's name, without <c>.reverse</c>.</param>
/// <param name="Parameters">The parameters behind each port of the cell: none (0), one, or two that are added.</param>
internal sealed record RecurrentGroup(
    string Layer, bool Reverse, CellLayout Cell, int Inputs, int Hidden, int Width, IReadOnlyDictionary<string, string[]> Parameters)
{
    private const string ReverseName = ".reverse";

    /// <summary>True where the layer has biases.</summary>
    public bool Biased => Parameters["b" + Cell.Gates[0]].Length > 0;

    /// <summary>The name of this direction's part of the layer.</summary>
    public string Name => Reverse ? Layer + ReverseName : Layer;

    /// <summary>The bias of a gate that the input has; null without biases.</summary>
    public string? InputBias(string gate) => Parameters["b" + gate] is [var first, ..] ? first : null;

    /// <summary>The bias of a gate that the state has; null where the model has one bias for both.</summary>
    public string? RecurrentBias(string gate) =>
        Cell.KeepsApart(gate)
            ? Parameters["c" + gate] is [var own] ? own : null
            : Parameters["b" + gate] is [_, var second] ? second : null;

    /// <summary>All such directions, in the order of the Program.</summary>
    public static IReadOnlyList<RecurrentGroup> Of(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        var groups = new List<RecurrentGroup>();
        foreach (Node node in program.Nodes)
        {
            if (node.Op is ScanOp scan && Of(program, sizes, scan, node) is { } group)
                groups.Add(group);
        }

        return groups;
    }

    private static RecurrentGroup? Of(Graph program, IReadOnlyDictionary<string, int> sizes, ScanOp scan, Node node)
    {
        string[] ports = [.. scan.Body.Inputs.Select(port => port.Name)];
        foreach (CellLayout layout in CellLayout.All)
        {
            CellDefinition cell = layout.Find();
            if (ports.Length != cell.Step.Inputs.Count || ports.Any(port => cell.Step.InputIndex(port) < 0) || !IsStep(cell, scan))
                continue;
            var parameters = new Dictionary<string, string[]>(StringComparer.Ordinal);
            foreach (Port port in cell.Parameters)
            {
                if (Read(program, node.Operands[scan.Body.InputIndex(port.Name)]) is not { } read)
                    return null;
                parameters[port.Name] = read;
            }

            return Of(program, sizes, scan, layout, parameters);
        }

        return null;
    }

    private static RecurrentGroup? Of(
        Graph program, IReadOnlyDictionary<string, int> sizes, ScanOp scan, CellLayout layout, Dictionary<string, string[]> parameters)
    {
        // Matrices are parameters of their own, and all of them bear the layer's name.
        if (parameters.Any(pair => pair.Key[0] is 'W' or 'U' && pair.Value.Length != 1))
            return null;
        string gate = layout.Gates[0];
        string first = parameters["U" + gate][0];
        if (!first.EndsWith(".U" + gate, StringComparison.Ordinal))
            return null;
        string name = first[..^(gate.Length + 2)];
        foreach (var (port, read) in parameters)
        {
            string[] wanted = [$"{name}.{port}", name + ".c" + port[1..]];
            if (!read.AsSpan().SequenceEqual(wanted.AsSpan(0, read.Length)))
                return null;
        }

        int[] biases = [.. layout.Gates.Select(one => parameters["b" + one].Length)];
        if (biases.Any(count => count == 0)
            && (biases.Any(count => count > 0) || parameters.Any(pair => pair.Key[0] == 'c' && pair.Value.Length > 0)))
            return null;

        int[] Shape(string port) =>
            SizeCheck.Shape(program.Inputs[program.InputIndex(parameters[port][0])].Type, sizes);
        bool reverse = scan.Reverse && name.EndsWith(ReverseName, StringComparison.Ordinal);
        if (scan.Reverse != reverse)
            return null;
        return new RecurrentGroup(reverse ? name[..^ReverseName.Length] : name, reverse, layout, Shape("W" + gate)[1], Shape("U" + gate)[0],
            Shape("U" + gate)[1], parameters);
    }

    // The loop's body is what the cell alone becomes, so no transform stands in between.
    private static bool IsStep(CellDefinition cell, ScanOp scan)
    {
        var builder = new GraphBuilder();
        var inputs = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (Port port in cell.Step.Inputs)
        {
            TensorType type = scan.Body.Inputs[scan.Body.InputIndex(port.Name)].Type;
            if (type.Rank != port.Type.Rank)
                return false;
            inputs[port.Name] =
                builder.Input(port.Name, port.Role == PortRole.Input ? type.WithDims(type.Dims.Prepend(scan.Time)) : type, port.Role);
        }

        try
        {
            var (finals, _) = CellScan.Apply(builder, cell, inputs, scan.Time, scan.Reverse);
            Graph alone = builder.Build("program", cell.Name, [("h", finals[0], OutputRole.Result)]);
            return alone.Nodes.Any(node => node.Op is ScanOp other && other.Body.ToString() == scan.Body.ToString());
        }
        catch (GraphException)
        {
            return false;
        }
    }

    // A parameter, the sum of two, or 0.
    private static string[]? Read(Graph program, int value)
    {
        if (value < program.Inputs.Count)
            return program.Inputs[value] is { Role: PortRole.Parameter } port ? [port.Name] : null;
        int number = program.Values.Node(value);
        Node node = program.Nodes[number];
        if (node.Op is ConstantOp { Value: 0 })
            return [];
        return node.Op is AddOp && node.Operands.All(operand => operand < program.Inputs.Count
            && program.Inputs[operand].Role == PortRole.Parameter)
            ? [.. node.Operands.Select(operand => program.Inputs[operand].Name)]
            : null;
    }
}
