using System.Text;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Text;

/// <summary>Writes the canonical text of a graph, which <see cref="Parser"/> reads back exactly.</summary>
public static class Printer
{
    /// <summary>The canonical text: values are numbered, local names are left out.</summary>
    public static string Print(Graph graph) => Print(graph, named: false);

    /// <summary>The text for people: values that have a local name show it.</summary>
    public static string PrintNamed(Graph graph) => Print(graph, named: true);

    private static string Print(Graph graph, bool named)
    {
        var text = new StringBuilder();
        text.Append(graph.Kind).Append(' ').Append(graph.Name).Append('\n');
        Body(text, graph, "  ", named);
        return text.ToString();
    }

    /// <summary>The name under which a value is printed.</summary>
    public static string[] ValueNames(Graph graph, bool named)
    {
        var names = new string[graph.Values.Count];
        var taken = new HashSet<string>(graph.Inputs.Select(port => port.Name));
        int next = 0;
        for (int value = 0; value < names.Length; value++)
        {
            int node = graph.Values.Node(value);
            if (node < 0)
                names[value] = graph.Inputs[value].Name;
            else if (graph.Nodes[node].Op is ConstantOp { Type.Rank: 0 } scalar)
                names[value] = ConstantOp.Format(scalar.Value) + Suffix(scalar.Type.Element);
            else
                names[value] = named && graph.LocalNames.TryGetValue(value, out string? local) ? Unique(taken, local) : "%" + next++;
        }

        return names;
    }

    private static string Unique(HashSet<string> taken, string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
            unique = name + "_" + i;

        return unique;
    }

    private static string Suffix(ElementType element) => element switch
    {
        ElementType.F64 => "d",
        ElementType.I32 => "i",
        _ => "",
    };

    private static void Body(StringBuilder text, Graph graph, string indent, bool named)
    {
        foreach (Port port in graph.Inputs)
        {
            text.Append(indent).Append(Word(port.Role)).Append(' ').Append(port.Name).Append(": ").Append(port.Type);
            if (port.Init.Length > 0)
                text.Append(" = ").Append(port.Init);
            text.Append('\n');
        }

        string[] names = ValueNames(graph, named);
        for (int n = 0; n < graph.Nodes.Count; n++)
            Statement(text, graph, n, names, indent, named);
        foreach (Output output in graph.Outputs)
            text.Append(indent).Append(Word(output.Role)).Append(' ').Append(output.Name).Append(" = ").Append(names[output.Value])
                .Append('\n');
    }

    private static void Statement(StringBuilder text, Graph graph, int n, string[] names, string indent, bool named)
    {
        Node node = graph.Nodes[n];
        if (node.Op is ConstantOp { Type.Rank: 0 })
            return;

        int first = graph.Values.FirstResult(n);
        text.Append(indent);
        text.Append(string.Join(", ", node.Results.Select((type, r) => $"{names[first + r]}: {type}")));
        Graph? body = node.Op switch { ScanOp scan => scan.Body, ForEachOp each => each.Body, _ => null };
        text.Append(" = ")
            .Append(node.Op switch { ScanOp scan => $"scan[{scan.Header}]", ForEachOp => node.Op.Name, _ => node.Op.ToString() });
        if (node.Operands.Count > 0)
            text.Append(' ').Append(string.Join(", ", node.Operands.Select(operand => names[operand])));
        if (body is not null)
        {
            text.Append(" {\n");
            Body(text, body, indent + "  ", named);
            text.Append(indent).Append('}');
        }

        text.Append('\n');
    }

    internal static string Word(PortRole role) => role switch
    {
        PortRole.Input => "input",
        PortRole.PerSequence => "persequence",
        PortRole.State => "state",
        PortRole.Parameter => "parameter",
        PortRole.Sequence => "sequence",
        PortRole.Table => "table",
        _ => "constant",
    };

    internal static string Word(OutputRole role) => role switch
    {
        OutputRole.Result => "return",
        OutputRole.Next => "next",
        OutputRole.Yield => "yield",
        _ => "sum",
    };
}
