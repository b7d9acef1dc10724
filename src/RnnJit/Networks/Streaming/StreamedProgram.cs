using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>
/// A value that a loop over time carries from step to step: a port of <see cref="StreamedProgram.Step"/> and the source of its initial
/// value.
/// </summary>
/// <param name="Start">An output of <see cref="StreamedProgram.Start"/>, null if the initial value is 0 or set by the user.</param>
internal sealed record StreamedState(string Name, string? Start);

/// <summary>
/// A Program as a stream runs it: every loop over time hands its states out and takes them in, so that T may be 1 at each call.
/// <c>scan[T](…, h) ⇒ port h, scan[T](…, h), output h'</c>.
/// </summary>
/// <param name="Step">Inputs, parameters, states; results, then the next states in the same order.</param>
/// <param name="Start">First values that parameters alone decide, null if there is none.</param>
internal sealed record StreamedProgram(Graph Step, Graph? Start, IReadOnlyList<StreamedState> States)
{
    /// <param name="results">Names of the results wanted.</param>
    /// <exception cref="GraphException">RNNJ165, RNNJ195: there is no such result, or a result cannot be known step by step.</exception>
    public static StreamedProgram Of(Graph program, IReadOnlyList<string> results)
    {
        if (results.FirstOrDefault(name => program.OutputIndex(name) < 0) is { } unknown)
            throw new GraphException("RNNJ165",
                $"'{unknown}' is no output of '{program.Name}' "
                    + $"(found: {string.Join(", ", program.Outputs.Select(output => output.Name))})");

        Graph slice = ProgramSlice.Run(program, output => results.Contains(output.Name), masks: false);
        StreamCheck.Run(slice);
        return new Splitter(slice).Run();
    }

    private sealed class Splitter(Graph program)
    {
        private readonly GraphBuilder step = new();
        private readonly Value?[] values = new Value?[program.Values.Count];
        private readonly List<StreamedState> states = [];
        private readonly List<(string Name, int Value)> starts = [];
        private readonly Dictionary<(int Node, int State), Value> ports = [];
        private readonly List<(string Name, Value Value, OutputRole Role)> next = [];

        public StreamedProgram Run()
        {
            HashSet<int> begun = Begun();
            for (int i = 0; i < program.Inputs.Count; i++)
            {
                Port port = program.Inputs[i];
                if (!begun.Contains(i) && (port.Role != PortRole.State || IsRead(i)))
                    values[i] = step.Input(port.Name, port.Type, port.Role == PortRole.State ? PortRole.Input : port.Role, port.Init);
            }

            DeclareStates();
            for (int n = 0; n < program.Nodes.Count; n++)
                Copy(n);
            var results = program.Outputs.Select(output => (output.Name, values[output.Value]!, OutputRole.Result));
            return new StreamedProgram(step.Build(program.Kind, program.Name, results.Concat(next)), Start(), states);
        }

        private IEnumerable<(int Node, ScanOp Scan)> Loops() =>
            program.Nodes.Select((node, n) => (n, node.Op as ScanOp)).Where(pair => pair.Item2?.Time == StreamCheck.Time)
                .Select(pair => (pair.n, pair.Item2!));

        // Inputs whose only use is as the initial state of a loop.
        private HashSet<int> Begun()
        {
            var begun = new HashSet<int>();
            foreach (var (node, scan) in Loops())
            {
                for (int s = 0; s < scan.States; s++)
                {
                    int operand = program.Nodes[node].Operands[scan.Sequences + s];
                    if (operand >= program.Inputs.Count || program.Inputs[operand].Role == PortRole.Parameter)
                        continue;
                    if (!begun.Add(operand) || program.Nodes.Sum(other => other.Operands.Count(value => value == operand)) > 1
                        || program.Outputs.Any(output => output.Value == operand))
                        throw new GraphException("RNNJ195",
                            $"'{program.Name}' cannot be streamed: '{program.Inputs[operand].Name}' begins a loop over time and is read "
                                + "elsewhere too (declare an input for each)");
                }
            }

            return begun;
        }

        private bool IsRead(int value) =>
            program.Nodes.Any(node => node.Operands.Contains(value)) || program.Outputs.Any(output => output.Value == value);

        private void DeclareStates()
        {
            foreach (var (node, scan) in Loops())
            {
                for (int s = 0; s < scan.States; s++)
                {
                    int operand = program.Nodes[node].Operands[scan.Sequences + s];
                    bool given = operand < program.Inputs.Count && program.Inputs[operand].Role != PortRole.Parameter;
                    string name = given ? program.Inputs[operand].Name : $"{scan.Body.Inputs[scan.Sequences + s].Name}@{node}";
                    states.Add(new StreamedState(name, given ? null : name));
                    if (!given)
                        starts.Add((name, operand));
                    ports[(node, s)] = step.Input(name, program.Values.Type(operand), PortRole.State);
                }
            }
        }

        private void Copy(int n)
        {
            Node node = program.Nodes[n];
            if (node.Op is not ScanOp scan || scan.Time != StreamCheck.Time)
            {
                // Nodes that only compute initial states are left out: the step does not read them.
                if (node.Operands.All(operand => values[operand] is not null))
                    step.InlineNode(program, n, values!);
                return;
            }

            Value[] operands = node.Operands.Select((operand, i) =>
                i >= scan.Sequences && i < scan.Sequences + scan.States ? ports[(n, i - scan.Sequences)] : values[operand]!).ToArray();
            Value[] results = step.AddMany(scan, operands);
            results.CopyTo(values, program.Values.FirstResult(n));
            for (int s = 0; s < scan.States; s++)
                next.Add(($"next {states[next.Count].Name}", results[s], OutputRole.Next));
        }

        // Initial values as a Program of their own.
        private Graph? Start()
        {
            if (starts.Count == 0)
                return null;

            Graph whole =
                program with { Outputs = starts.Select(start => new Output(start.Name, start.Value, OutputRole.Result)).ToEquatable() };
            Graph start = ProgramSlice.Run(whole, _ => true, masks: false);
            return start.Inputs.FirstOrDefault(port => port.Role != PortRole.Parameter
                && start.Nodes.Any(node => node.Operands.Contains(start.InputIndex(port.Name)))) is { } other
                ? throw new GraphException("RNNJ195",
                    $"'{program.Name}' cannot be streamed: the first value of a state is computed from '{other.Name}' "
                        + "(make it an input and set the state)")
                : start;
        }
    }
}
