using RnnJit.Ir;

namespace RnnJit.Interpretation;

/// <summary>The oracle: an obvious walk of the graph in double precision, op by op.</summary>
public static class Interpreter
{
    /// <summary>Runs a graph. Sizes of symbols follow from the shapes of the inputs; <paramref name="sizes"/> gives
    /// those that no input shows.</summary>
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
        SizeCheck.Run(graph, bound);
        NodeEvaluation evaluate = single ? InterpretedGraph.Rounded : InterpretedGraph.Exact;
        var evaluation = new Evaluation(bound, (body, values, context) => InterpretedGraph.Walk(body, values, context, evaluate));
        NdArray[] outputs = evaluation.Run(graph, given);
        return graph.Outputs.Select((output, i) => (output.Name, outputs[i])).ToDictionary(pair => pair.Name, pair => pair.Item2);
    }
}
