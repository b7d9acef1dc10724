using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Interpretation;

/// <summary>Gives the results of one node.</summary>
internal delegate NdArray[] NodeEvaluation(Graph graph, int node, NdArray[] operands, Evaluation evaluation);

/// <summary>A graph op by op, in the context of another evaluation.</summary>
internal static class InterpretedGraph
{
    /// <param name="evaluate">Evaluates a node; <see cref="Exact"/> if not given.</param>
    public static NdArray[] Walk(Graph graph, NdArray[] inputs, Evaluation evaluation, NodeEvaluation? evaluate = null)
    {
        evaluate ??= Exact;
        var values = new NdArray[graph.Values.Count];
        inputs.CopyTo(values, 0);
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            EquatableArray<int> read = graph.Nodes[n].Operands;
            var operands = new NdArray[read.Count];
            for (int i = 0; i < operands.Length; i++)
                operands[i] = values[read[i]];
            evaluate(graph, n, operands, evaluation).CopyTo(values, graph.Values.FirstResult(n));
        }

        var outputs = new NdArray[graph.Outputs.Count];
        for (int o = 0; o < outputs.Length; o++)
            outputs[o] = values[graph.Outputs[o].Value];
        return outputs;
    }

    /// <summary>In double precision.</summary>
    public static NdArray[] Exact(Graph graph, int node, NdArray[] operands, Evaluation evaluation)
    {
        try
        {
            return graph.Nodes[node].Op.Evaluate(operands, evaluation);
        }
        catch (OperandException wrong)
        {
            throw wrong.Named([.. graph.Nodes[node].Operands.Select(
                operand => InputName.Of(graph, operand) is { } name ? $"'{name}'" : "a whole number")]);
        }
    }

    /// <summary>In double precision, each result rounded to float32.</summary>
    public static NdArray[] Rounded(Graph graph, int node, NdArray[] operands, Evaluation evaluation) =>
        Array.ConvertAll(Exact(graph, node, operands, evaluation),
            x => new NdArray(x.Shape, Array.ConvertAll(x.Data, value => (double)(float)value)));
}
