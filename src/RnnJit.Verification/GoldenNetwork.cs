using System.Text.Json;
using RnnJit.Ir;
using RnnJit.Passes;

namespace RnnJit.Verification;

/// <summary>Runs a case that states outputs, a loss and its gradients.</summary>
internal static class GoldenNetwork
{
    private const string WeightPrefix = "loss_weight_";

    public static GoldenComparison Run(GoldenCase given, Func<GoldenCase, ElementType, Graph> kind, IGoldenBackend backend,
        ElementType real)
    {
        var results = GoldenComparison.Results(given, real);
        Dictionary<string, NdArray> expected = results.TryGetProperty("outputs", out _) ? GoldenReader.Tensors(results, "outputs") : [];
        Dictionary<string, NdArray> gradients = GoldenReader.Tensors(results, "inputGrads")
            .Concat(GoldenReader.Tensors(results, "paramGrads")).ToDictionary(pair => pair.Key, pair => pair.Value);

        Graph program = Program(given, kind, real, gradients.Keys);
        Dictionary<string, NdArray> inputs = given.Given;
        foreach (var (name, weight) in given.LossWeights)
            inputs[WeightPrefix + name] = weight;
        IReadOnlyDictionary<string, NdArray> found = backend.Run(program, inputs);
        GoldenComparison comparison = Compare(_ => given.Spread ?? 0);
        if (comparison.Passed || real != ElementType.F32)
            return comparison;

        // What other implementations lost to float32 was one sample; several, of the oracle, tell how large it can be.
        IReadOnlyDictionary<string,
            double> spread = RoundingSpread.Of(program, Program(given, kind, ElementType.F64, gradients.Keys), inputs);
        return Compare(name => Math.Max(given.Spread ?? 0, spread[name]));

        GoldenComparison Compare(Func<string, double> spreadOf)
        {
            var result = new GoldenComparison(real, spreadOf);
            AddAll(result, given, results, expected, gradients, found);
            return result;
        }
    }

    private static Graph Program(GoldenCase given, Func<GoldenCase, ElementType, Graph> kind, ElementType real,
        IEnumerable<string> gradients)
    {
        Graph forward = kind(given, real);
        return Differentiate.Run(forward.OutputIndex("loss") >= 0 ? forward : WithLoss(forward, given), "loss", gradients.ToArray());
    }

    private static void AddAll(
        GoldenComparison comparison, GoldenCase given, JsonElement results, Dictionary<string, NdArray> expected,
        Dictionary<string, NdArray> gradients, IReadOnlyDictionary<string, NdArray> found)
    {
        foreach (var (name, tensor) in expected)
            comparison.Add(name, tensor, found.TryGetValue(name,
                out NdArray? output) ? output : throw new GoldenException($"The program of kind '{given.Kind}' has no output '{name}'"));
        comparison.Add("loss", GoldenReader.Double(GoldenReader.Member(results, "loss"), "loss"), found["loss"].Data[0]);
        foreach (var (name, tensor) in gradients)
            comparison.Add("d_" + name, tensor, found["d_" + name]);
    }

    // loss = Σ over outputs and elements of weight · output.
    private static Graph WithLoss(Graph forward, GoldenCase given)
    {
        var builder = new GraphBuilder();
        Value[] inputs = builder.Inputs(forward);
        Value[] weights = forward.Outputs.Select(output => given.LossWeights.ContainsKey(output.Name)
            ? builder.Input(WeightPrefix + output.Name, forward.Values.Type(output.Value))
            : throw new GoldenException($"'lossWeights' has no '{output.Name}' (one tensor for each output)")).ToArray();
        Value[] values = builder.Inline(forward, inputs);
        Value loss = forward.Outputs.Select((output, i) => Rnn.Total(values[output.Value] * weights[i])).Aggregate((a, b) => a + b);
        return builder.Build(
            "program", forward.Name, [.. forward.Outputs.Select(output => (output.Name, values[output.Value], OutputRole.Result)),
                ("loss", loss, OutputRole.Result)]);
    }
}
