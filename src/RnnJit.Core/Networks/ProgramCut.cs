using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>The part of a Program between values that are given and results that are wanted.</summary>
/// <remarks>
/// A decoder runs step by step in this way: its memory and its start states, which the encoder computes in the whole Program, become
/// inputs.
/// </remarks>
public static class ProgramCut
{
    /// <summary>Turns some outputs of a Program into inputs, and keeps only the nodes that the results need.</summary>
    /// <param name="given">
    /// Names of outputs. <c>NAME0</c> beside an output <c>NAME</c> of its type is an initial state: NAME0 becomes a state input, and NAME
    /// its next value.
    /// </param>
    /// <param name="results">Names of outputs.</param>
    /// <returns>Given states, inputs that are still read, other given values; results, then next states in the order of the
    /// states.</returns>
    /// <exception cref="GraphException">RNNJ165: there is no such output, or one is both given and wanted.</exception>
    public static Graph Run(Graph program, IReadOnlyCollection<string> given, IReadOnlyCollection<string> results)
    {
        foreach (string name in given.Concat(results))
        {
            if (program.OutputIndex(name) < 0)
                throw Unknown(program, name);
        }

        if (given.FirstOrDefault(results.Contains) is { } both)
            throw new GraphException("RNNJ165", $"'{both}' of '{program.Name}' is given and wanted as a result (leave one of them away)");
        string[] names = [.. given.Distinct()];
        (string Start, Output Final)[] cut = [.. names.Select(name => (name, Final: FinalOf(program, name)))
            .Where(pair => pair.Final is not null).Select(pair => (pair.name, pair.Final!))];
        (int Input, Output Final)[] states = [.. Indices(program.Inputs, port => port.Role == PortRole.State)
            .Zip(program.Outputs.Where(output => output.Role == OutputRole.Next), (input, final) => (input, final))];
        Output[] wanted = [.. program.Outputs.Where(output => results.Contains(output.Name))];
        var replaced = new HashSet<int>(names.Select(name => ValueOf(program, name)));
        bool[] needed = Needed(program, [.. wanted, .. cut.Select(pair => pair.Final)], states, replaced);
        return Build(program, names, cut, [.. states.Where(state => needed[state.Input])], wanted, needed);
    }

    /// <summary>The sentence for a name that is no output.</summary>
    public static GraphException Unknown(Graph program, string name) => new(
        "RNNJ165",
        $"'{name}' is no output of '{program.Name}' (found: {string.Join(", ", program.Outputs.Select(output => output.Name))})");

    private static Graph Build(
        Graph program, string[] names, (string Start, Output Final)[] cut, (int Input, Output Final)[] states, Output[] wanted,
        bool[] needed)
    {
        var builder = new GraphBuilder();
        var values = new Value[program.Values.Count];
        var replacing = new Dictionary<int, Value>();
        void Give(string name, PortRole role)
        {
            int value = ValueOf(program, name);
            if (!replacing.ContainsKey(value))
                replacing[value] = builder.Input(name, program.Values.Type(value), role);
        }

        foreach (var (start, _) in cut)
            Give(start, PortRole.State);
        for (int i = 0; i < program.Inputs.Count; i++)
        {
            Port port = program.Inputs[i];
            if (needed[i])
                values[i] = builder.Input(port.Name, port.Type, port.Role, port.Init);
        }

        foreach (string name in names)
            Give(name, PortRole.Input);
        foreach (KeyValuePair<int, Value> pair in replacing)
            values[pair.Key] = pair.Value;
        for (int n = 0; n < program.Nodes.Count; n++)
        {
            int first = program.Values.FirstResult(n);
            if (!needed[first])
                continue;
            builder.InlineNode(program, n, values);
            for (int result = 0; result < program.Nodes[n].Results.Count; result++)
            {
                if (replacing.TryGetValue(first + result, out Value? input))
                    values[first + result] = input;
            }
        }

        return builder.Build(program.Kind, program.Name, [
            .. wanted.Select(output => (output.Name, values[output.Value], OutputRole.Result)),
            .. cut.Select(pair => pair.Final).Concat(states.Select(state => state.Final))
                .Select(final => (final.Name, values[final.Value], OutputRole.Next)),
        ]);
    }

    // A state that is read needs its next value, which may read others. A node is marked by its first result.
    private static bool[] Needed(Graph program, Output[] outputs, (int Input, Output Final)[] states, HashSet<int> replaced)
    {
        var needed = new bool[program.Values.Count];
        var open = new Stack<int>(outputs.Select(output => output.Value));
        while (open.Count > 0)
        {
            int value = open.Pop();
            if (replaced.Contains(value))
                continue;
            int node = program.Values.Node(value), mark = node < 0 ? value : program.Values.FirstResult(node);
            if (needed[mark])
                continue;
            needed[mark] = true;
            foreach (int operand in node < 0 ? [] : program.Nodes[node].Operands)
                open.Push(operand);
            foreach (var (_, final) in states.Where(state => state.Input == value))
                open.Push(final.Value);
        }

        return needed;
    }

    private static Output? FinalOf(Graph program, string start)
    {
        int final = start.EndsWith("0", StringComparison.Ordinal) ? program.OutputIndex(start.Substring(0, start.Length - 1)) : -1;
        return final >= 0 && program.Values.Type(program.Outputs[final].Value) == program.Values.Type(ValueOf(program, start))
            ? program.Outputs[final]
            : null;
    }

    private static int ValueOf(Graph program, string output) => program.Outputs[program.OutputIndex(output)].Value;

    private static IEnumerable<int> Indices(EquatableArray<Port> ports, Func<Port, bool> choose) =>
        Enumerable.Range(0, ports.Count).Where(i => choose(ports[i]));
}
