using RnnJit.Ir;

namespace RnnJit.Interpretation;

/// <summary>A graph op by op, in the context of another evaluation.</summary>
internal static class InterpretedGraph
{
    public static NdArray[] Walk(Graph graph, NdArray[] inputs, Evaluation evaluation)
    {
        var values = new NdArray[graph.Values.Count];
        inputs.CopyTo(values, 0);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            NdArray[] results = node.Op.Evaluate(node.Operands.Select(operand => values[operand]).ToArray(), evaluation);
            results.CopyTo(values, graph.Values.FirstResult(n));
        }

        return graph.Outputs.Select(output => values[output.Value]).ToArray();
    }
}
