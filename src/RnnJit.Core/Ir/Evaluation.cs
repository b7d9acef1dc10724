namespace RnnJit.Ir;

/// <summary>The context in which an op is evaluated: sizes of symbols, time step, and the function that runs a nested graph.</summary>
public sealed class Evaluation(IReadOnlyDictionary<string, int> sizes, Func<Graph, NdArray[], Evaluation, NdArray[]> runGraph)
{
    public IReadOnlyDictionary<string, int> Sizes { get; } = sizes;

    /// <summary>The time step of the innermost scan; −1 outside of scans.</summary>
    public int Time { get; private init; } = -1;

    public int[] Shape(TensorType type)
    {
        var shape = new int[type.Rank];
        for (int axis = 0; axis < shape.Length; axis++)
            shape[axis] = type.Dims[axis].Evaluate(Sizes);
        return shape;
    }

    public NdArray[] Run(Graph graph, NdArray[] inputs) => runGraph(graph, inputs, this);

    /// <summary>The same within a scan.</summary>
    public Evaluation At(int time) => new(Sizes, runGraph) { Time = time };

    public Evaluation With(string symbol, int size)
    {
        var changed = Sizes.ToDictionary(pair => pair.Key, pair => pair.Value);
        changed[symbol] = size;
        return new Evaluation(changed, runGraph) { Time = Time };
    }
}
