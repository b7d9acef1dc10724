using RnnJit.Ir;

namespace RnnJit.Interpretation;

/// <summary>The oracle: an obvious walk of the graph in double precision, op by op.</summary>
public static class Interpreter
{
    /// <summary>Runs a graph. Sizes of symbols follow from the shapes of the inputs; <paramref name="sizes"/> gives those that no input shows.</summary>
    /// <param name="single">Round to float32 after each op, as kernels in f32 do.</param>
    /// <exception cref="GraphException">RNNJ150: an input is missing or its shape does not fit.</exception>
    public static Dictionary<string, NdArray> Run(
        Graph graph, IReadOnlyDictionary<string, NdArray> inputs, IReadOnlyDictionary<string, int>? sizes = null, bool single = false)
    {
        var given = new NdArray[graph.Inputs.Count];
        for (int i = 0; i < given.Length; i++)
        {
            Port port = graph.Inputs[i];
            given[i] = inputs.TryGetValue(port.Name, out NdArray? value)
                ? value
                : throw new GraphException("RNNJ150", $"Input '{port.Name}' of '{graph.Name}' is missing (give {port.Type})");
        }

        var bound = SizeBinding.FromShapes(graph, i => given[i].Shape, sizes);
        var evaluation = new Evaluation(bound, (body, values, context) => Walk(body, values, context, single));
        NdArray[] outputs = evaluation.Run(graph, given);
        return graph.Outputs.Select((output, i) => (output.Name, outputs[i])).ToDictionary(pair => pair.Name, pair => pair.Item2);
    }

    private static NdArray[] Walk(Graph graph, NdArray[] inputs, Evaluation evaluation, bool single)
    {
        var values = new NdArray[graph.Values.Count];
        inputs.CopyTo(values, 0);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            NdArray[] results = node.Op.Evaluate(node.Operands.Select(operand => values[operand]).ToArray(), evaluation);
            for (int r = 0; r < results.Length; r++)
                values[graph.Values.FirstResult(n) + r] = single ? Round(results[r]) : results[r];
        }

        return graph.Outputs.Select(output => values[output.Value]).ToArray();
    }

    private static NdArray Round(NdArray x) => new(x.Shape, Array.ConvertAll(x.Data, value => (double)(float)value));
}
