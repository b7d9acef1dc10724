using RnnJit.Charts;
using RnnJit.Networks;

namespace RnnJit.Gallery;

/// <summary>Networks whose weights are written down, not trained.</summary>
internal static class HandSet
{
    /// <summary>A model with given weights.</summary>
    /// <param name="weights">Every parameter by name, row by row.</param>
    /// <exception cref="ArgumentException">A parameter has no weights, or as many as it does not have.</exception>
    public static Model Open(NetworkBuilder network, ModelOptions options, params (string Name, double[] Values)[] weights)
    {
        var model = new Model(network, options);
        if (model.Parameters.Keys.FirstOrDefault(name => weights.All(weight => weight.Name != name)) is { } missing)
            throw new ArgumentException($"'{network.Name}' has no weights for '{missing}' (give them)");
        foreach (var (name, values) in weights)
            model.Parameters[name].Set(values);
        return model;
    }

    /// <summary>Three steps of a layer side by side: inputs below, outputs above.</summary>
    public static NodeLinkGraph Unrolled(string title, string input, string state, string output)
    {
        string[] steps = ["1", "2", "3"];
        var graph = new NodeLinkGraph { Title = title, Spacing = (130, 84) };
        graph.AddNode("h0", $"{state} 0", 0, 1, NodeKind.Given);
        for (int t = 1; t <= steps.Length; t++)
        {
            graph.AddNode($"y{t}", $"{output} {t}", t, 0);
            graph.AddNode($"h{t}", $"{state} {t}", t, 1);
            graph.AddNode($"x{t}", $"{input} {t}", t, 2, NodeKind.Given);
            graph.AddLink($"x{t}", $"h{t}", "W");
            graph.AddLink($"h{t - 1}", $"h{t}", "U");
            graph.AddLink($"h{t}", $"y{t}", "V");
        }

        return graph;
    }
}
