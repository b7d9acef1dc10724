using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Verify;

/// <summary>The rules that every graph keeps, one method each. It runs after each pass, so a pass that breaks a graph is named at
/// once.</summary>
public static class Verifier
{
    private static readonly OutputRole[] AllRoles = [OutputRole.Result, OutputRole.Next, OutputRole.Yield, OutputRole.Sum];

    // The roles of inputs and outputs that each kind of graph may have.
    private static readonly Dictionary<string, (PortRole[] Inputs, OutputRole[] Outputs)> Kinds = new(StringComparer.Ordinal)
    {
        ["program"] = ([PortRole.Input, PortRole.State, PortRole.Parameter], [OutputRole.Result, OutputRole.Next]),
        ["cell"] = ([PortRole.Input, PortRole.PerSequence, PortRole.State, PortRole.Parameter], [OutputRole.Next, OutputRole.Result]),
        ["kernel"] = ([PortRole.Input], [OutputRole.Result]),
        ["body"] = ([PortRole.Sequence, PortRole.State, PortRole.Table, PortRole.Constant],
            [OutputRole.Next, OutputRole.Yield, OutputRole.Sum]),
    };

    /// <summary>Checks a graph and the bodies of its ops.</summary>
    /// <exception cref="GraphException">RNNJ170 to RNNJ179, RNNJ191 to RNNJ194, RNNJ203 and RNNJ208: the graph breaks a rule. Other ids:
    /// operands do not fit their op.</exception>
    public static void Check(Graph graph)
    {
        KindIsKnown(graph);
        InputNamesAreUnique(graph);
        OutputNamesAreUnique(graph);
        InputRolesFitTheKind(graph);
        OutputRolesFitTheKind(graph);
        OperandsAreDefinedBeforeUse(graph);
        OutputsExist(graph);
        DimensionsAreKnown(graph);
        DimensionsCanBeExtents(graph);
        ResultTypesAreInferred(graph);
        StatesHaveNextValues(graph);
        if (graph.Kind == "body")
        {
            BodyInputsAreOrdered(graph);
            BodyOutputsAreOrdered(graph);
        }

        foreach (Node node in graph.Nodes)
        {
            if (node.Op is ScanOp scan)
                CheckScan(graph, node, scan);
            if (node.Op is ForEachOp each)
                Check(each.Body);
        }
    }

    private static void CheckScan(Graph graph, Node node, ScanOp scan)
    {
        Check(scan.Body);
        if (!scan.HasLengths)
            return;
        StatesBeginWithTheBatch(graph, scan);
        LengthsFitTheBatch(graph, node, scan);
        RowsHaveNoNumbers(graph, scan);
    }

    private static void KindIsKnown(Graph graph)
    {
        if (!Kinds.ContainsKey(graph.Kind))
            throw Broken("RNNJ170", graph, $"has the kind '{graph.Kind}' (one of {string.Join(", ", Kinds.Keys)})");
    }

    private static void InputNamesAreUnique(Graph graph)
    {
        if (Repeated(graph.Inputs.Select(port => port.Name)) is { } name)
            throw Broken("RNNJ171", graph, $"has no input or more than one with the name '{name}' (every input has a name of its own)");
    }

    private static void OutputNamesAreUnique(Graph graph)
    {
        // A body's next state may be yielded under the same name.
        foreach (OutputRole role in AllRoles)
        {
            if (Repeated(graph.Outputs.Where(output => output.Role == role).Select(output => output.Name)) is { } repeated)
                throw Broken("RNNJ172", graph, $"has more than one output with the name '{repeated}' (every output has a name of its own)");
        }
    }

    private static void InputRolesFitTheKind(Graph graph)
    {
        if (graph.Inputs.FirstOrDefault(port => !Kinds[graph.Kind].Inputs.Contains(port.Role)) is { } port)
            throw Broken("RNNJ173", graph,
                $"has the {port.Role} '{port.Name}' among its inputs (one of {string.Join(", ", Kinds[graph.Kind].Inputs)})");
    }

    private static void OutputRolesFitTheKind(Graph graph)
    {
        if (graph.Outputs.FirstOrDefault(output => !Kinds[graph.Kind].Outputs.Contains(output.Role)) is { } output)
            throw Broken("RNNJ174", graph,
                $"has the {output.Role} '{output.Name}' among its outputs (one of {string.Join(", ", Kinds[graph.Kind].Outputs)})");
    }

    private static void OperandsAreDefinedBeforeUse(Graph graph)
    {
        int defined = graph.Inputs.Count;
        foreach (Node node in graph.Nodes)
        {
            foreach (int operand in node.Operands)
            {
                if (operand < 0 || operand >= defined)
                    throw Broken("RNNJ175", graph,
                        $"uses value {operand} in '{node.Op.Name}' where values 0 to {defined - 1} are defined (nodes stand in the order "
                            + "of their use)");
            }

            defined += node.Results.Count;
        }
    }

    private static void OutputsExist(Graph graph)
    {
        if (graph.Outputs.Count == 0)
            throw Broken("RNNJ176", graph, "has no output (return a value)");
        if (graph.Outputs.FirstOrDefault(output => output.Value < 0 || output.Value >= graph.Values.Count) is { } output)
            throw Broken("RNNJ176", graph,
                $"returns value {output.Value} as '{output.Name}' where values 0 to {graph.Values.Count - 1} are defined "
                    + "(return one of them)");
    }

    private static void DimensionsAreKnown(Graph graph)
    {
        for (int value = 0; value < graph.Values.Count; value++)
        {
            foreach (Dim dim in graph.Values.Type(value).Dims)
            {
                for (int term = 0; term < dim.Terms.Count; term++)
                {
                    if (dim.Terms[term].Symbol[0] == '?')
                        throw Broken("RNNJ177", graph, $"has the unknown dimension '{dim.Terms[term].Symbol}' (name it)");
                }
            }
        }
    }

    private static void DimensionsCanBeExtents(Graph graph)
    {
        for (int value = 0; value < graph.Values.Count; value++)
        {
            foreach (Dim dim in graph.Values.Type(value).Dims)
            {
                if (!dim.CanBeExtent)
                    throw Broken("RNNJ203", graph, $"has the dimension '{dim}' in {graph.Values.Type(value)} (no size makes it 0 or more)");
            }
        }
    }

    private static void ResultTypesAreInferred(Graph graph)
    {
        var dims = new DimContext();
        foreach (Node node in graph.Nodes)
        {
            var operands = new TensorType[node.Operands.Count];
            for (int i = 0; i < operands.Length; i++)
                operands[i] = graph.Values.Type(node.Operands[i]);
            EquatableArray<TensorType> inferred = EquatableArray.Owning(node.Op.Infer(operands, dims));
            if (inferred != node.Results)
                throw Broken("RNNJ178", graph,
                    $"gives '{node.Op.Name}' the results {node.Results} where its operands make {inferred} (infer them again)");
        }
    }

    private static void StatesHaveNextValues(Graph graph)
    {
        TensorType[] states = graph.Inputs.Where(port => port.Role.IsState()).Select(port => port.Type).ToArray();
        TensorType[] next =
            graph.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => graph.Values.Type(output.Value)).ToArray();
        if (!states.SequenceEqual(next))
            throw Broken("RNNJ179", graph,
                $"has the states {states.ToEquatable()} but the next values {next.ToEquatable()} (as many, in the same order and shape)");
    }

    private static void BodyInputsAreOrdered(Graph graph)
    {
        if (!IsOrdered(graph.Inputs.Select(port => port.Role == PortRole.Sequence ? 0 : port.Role.IsState() ? 1 : 2)))
            throw Broken("RNNJ191", graph,
                $"has its inputs in the order {string.Join(", ", graph.Inputs.Select(port => port.Role))} (sequences, states, constants)");
    }

    private static void BodyOutputsAreOrdered(Graph graph)
    {
        if (!IsOrdered(graph.Outputs.Select(output => Array.IndexOf(Kinds["body"].Outputs, output.Role))))
            throw Broken("RNNJ192", graph,
                $"has its outputs in the order {string.Join(", ", graph.Outputs.Select(output => output.Role))} (next states, yields, "
                    + "sums)");
    }

    private static void StatesBeginWithTheBatch(Graph graph, ScanOp scan)
    {
        string batch = scan.BatchSymbol();
        if (scan.Body.Inputs.FirstOrDefault(
            port => port.Role == PortRole.State && (port.Type.Rank == 0 || port.Type.Dims[0].AsSymbol != batch)) is { } state)
            throw Broken("RNNJ193", graph,
                $"has a scan with lengths whose state '{state.Name}' is {state.Type} (its first dimension is the batch {batch})");
    }

    private static void LengthsFitTheBatch(Graph graph, Node node, ScanOp scan)
    {
        var wanted = new TensorType(ElementType.I32, Dim.Symbol(scan.BatchSymbol()));
        TensorType found = graph.Values.Type(node.Operands[node.Operands.Count - 1]);
        if (found != wanted)
            throw Broken("RNNJ194", graph, $"has a scan whose lengths are {found} (make them {wanted})");
    }

    private static void RowsHaveNoNumbers(Graph graph, ScanOp scan)
    {
        if (!RowsAlike.In(scan.Body, Dim.Symbol(scan.BatchSymbol())))
            throw Broken("RNNJ208", graph,
                $"has a scan with lengths whose step names rows of the batch {scan.BatchSymbol()} by number (slice, concatenate and "
                    + "gather along another axis)");
    }

    private static bool IsOrdered(IEnumerable<int> ranks)
    {
        int last = int.MinValue;
        foreach (int rank in ranks)
        {
            if (rank < last)
                return false;
            last = rank;
        }

        return true;
    }

    private static string? Repeated(IEnumerable<string> names)
    {
        var seen = new HashSet<string> { "" };
        return names.FirstOrDefault(name => !seen.Add(name));
    }

    private static GraphException Broken(string id, Graph graph, string sentence) => new(id, $"The {graph.Kind} '{graph.Name}' {sentence}");
}
