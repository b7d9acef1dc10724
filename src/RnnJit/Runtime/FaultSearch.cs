using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Runtime;

/// <summary>Finds the first value of a Program that is NaN or infinite, by interpreting it op by op with the rounding of its
/// precision.</summary>
public static class FaultSearch
{
    /// <summary>The end of a place where every divisor is 0, as that of a mean over nothing.</summary>
    internal const string ByZero = " by 0";

    /// <summary>Interprets a Program with the inputs and parameters that an executable holds.</summary>
    /// <returns>An input ("input 'x' [5, 2], which holds NaN at [0, 1]"), or op, value, layer and time step ("'exp' (e) of layer0 at time
    /// step 7 of the backward pass"); null if all values are finite.</returns>
    public static string? Run(Executable executable)
    {
        Graph program = executable.Program;
        NdArray[] inputs = program.Inputs.Select(port => executable.Input(port.Name).ToNdArray()).ToArray();
        for (int i = 0; i < inputs.Length; i++)
        {
            if (At(inputs[i]) is { } fault)
                return $"{(program.Inputs[i].Role == PortRole.Parameter ? "parameter" : "input")} '{program.Inputs[i].Name}' "
                    + $"[{string.Join(", ", inputs[i].Shape)}], which holds {fault}";
        }

        var search = new Search(program, single: executable.Options.Precision == ElementType.F32);
        return search.Run(inputs, new Evaluation(executable.Options.Sizes,
            (body, values, evaluation) => InterpretedGraph.Walk(body, values, evaluation, search.Evaluate)));
    }

    /// <summary>The first number that is NaN or infinite, and where it stands: "NaN at [0, 1]". Null if all are finite.</summary>
    internal static string? At(NdArray x)
    {
        if (IsFinite(x))
            return null;
        int flat = Array.FindIndex(x.Data, number => !double.IsFinite(number));
        var index = new int[x.Rank];
        for (int axis = x.Rank - 1, rest = flat; axis >= 0; axis--)
        {
            index[axis] = rest % x.Shape[axis];
            rest /= x.Shape[axis];
        }

        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{x.Data[flat]} at [{string.Join(", ", index)}]");
    }

    private static bool IsFinite(NdArray x) => Array.TrueForAll(x.Data, double.IsFinite);

    private sealed class FoundException(string place) : Exception(place);

    private sealed class Search(Graph program, bool single)
    {
        private readonly NodeEvaluation evaluate = single ? InterpretedGraph.Rounded : InterpretedGraph.Exact;

        // Layer and pass of the node of the Program that is being evaluated.
        private string where = "";
        private bool backward;

        public string? Run(NdArray[] inputs, Evaluation evaluation)
        {
            try
            {
                evaluation.Run(program, inputs);
                return null;
            }
            catch (FoundException found)
            {
                return found.Message;
            }
        }

        public NdArray[] Evaluate(Graph graph, int n, NdArray[] operands, Evaluation evaluation)
        {
            if (ReferenceEquals(graph, program))
                where = Place(n);
            NdArray[] results = evaluate(graph, n, operands, evaluation);
            int fault = Array.FindIndex(results, result => !IsFinite(result));
            return fault < 0
                ? results
                : throw new FoundException(Phrase(graph, graph.Nodes[n], graph.Values.FirstResult(n) + fault, evaluation.Time)
                    + (graph.Nodes[n].Op is DivOp && Array.TrueForAll(operands[1].Data, number => number == 0) ? ByZero : ""));
        }

        private string Phrase(Graph graph, Node node, int value, int time)
        {
            string name = graph.LocalNames.TryGetValue(value, out string? given) ? $" ({given})" : "";
            return $"'{node.Op.Name}'{name}{where}{(time < 0 ? "" : $" at time step {time}")}{(backward ? " of the backward pass" : "")}";
        }

        // A layer is known by its parameters: layer0.Wi belongs to layer0.
        private string Place(int n)
        {
            Node node = program.Nodes[n];
            int loss = program.OutputIndex("loss");
            backward = loss >= 0 && n > program.Values.Node(program.Outputs[loss].Value);
            string? parameter =
                node.Operands.Where(operand => operand < program.Inputs.Count && program.Inputs[operand].Role == PortRole.Parameter)
                .Select(operand => program.Inputs[operand].Name).FirstOrDefault(name => name.Contains('.', StringComparison.Ordinal));
            return parameter is null ? "" : $" of {parameter[..parameter.LastIndexOf('.')]}";
        }
    }
}
