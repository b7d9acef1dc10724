using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Randomness;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>Checks first and second derivatives of whatever a program returns.</summary>
internal static class Derivatives
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 3, ["B"] = 4, ["X"] = 3, ["R"] = 1 };

    /// <summary>A program whose output <c>loss</c> is the sum of all real outputs, each weighted by an input of its own; all real
    /// inputs are returned beside it.</summary>
    public static (Graph Program, string[] Inputs) WithLoss(Graph graph, IReadOnlyList<int>? only = null)
    {
        var builder = new GraphBuilder();
        int[] outputs =
            (only ?? Enumerable.Range(0, graph.Outputs.Count)).Where(o => graph.Values.Type(graph.Outputs[o].Value).IsReal).ToArray();
        Value[] inputs = graph.Inputs.Select(port => builder.Input(port.Name, port.Type, port.Role)).ToArray();
        string prefix = "w" + graph.Inputs.Count + "_";
        Value[] weights = outputs.Select(o => builder.Input(prefix + o, graph.Values.Type(graph.Outputs[o].Value))).ToArray();
        Value[] values = builder.Inline(graph, inputs);
        Value loss = outputs.Select((o, i) => Rnn.Total(values[graph.Outputs[o].Value] * weights[i])).Aggregate((a, b) => a + b);
        Graph program = builder.Build("program", graph.Name, [("loss", loss, OutputRole.Result)]);
        return (program, program.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray());
    }

    public static void Check(Graph graph, bool second)
    {
        var (first, inputs) = WithLoss(graph);
        Expect(first, inputs, "first derivatives");
        if (!second)
            return;

        // The weighted sum of all first derivatives, differentiated again.
        Graph gradient = Differentiate.Run(first, "loss", inputs);
        var (nested, all) = WithLoss(gradient, Enumerable.Range(1, inputs.Length).ToArray());
        Expect(nested, all, "second derivatives");
    }

    /// <summary>Random numbers in ±1.2; inputs named p… are positive and away from 0, whole numbers are 0 or 1, lengths are T, 0, 1, 2,
    /// …</summary>
    public static Dictionary<string, NdArray> Draw(Graph program)
    {
        Dictionary<string, int> sizes = SizesOf(program);
        return program.Inputs.Select((port, i) => (port, random: new RandomStream(5, (ulong)i)))
            .ToDictionary(pair => pair.port.Name, pair =>
        {
            int[] shape = pair.port.Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray();
            return new NdArray(shape, Enumerable.Range(0, NdArray.Size(shape)).Select(e => Element(pair.port, e, pair.random)).ToArray());
        });
    }

    public static Dictionary<string, int> SizesOf(Graph program) =>
        program.Symbols().ToDictionary(symbol => symbol, symbol => Sizes.GetValueOrDefault(symbol, 2));

    private static double Element(Port port, int e, RandomStream random)
    {
        if (port.Name.StartsWith("lengths", StringComparison.Ordinal))
            return e == 0 ? Sizes["T"] : e - 1;
        if (!port.Type.IsReal)
            return random.NextInt32(2);
        if (port.Name.EndsWith("_zone", StringComparison.Ordinal))
            return random.NextUniform(0.1, 0.9);
        return port.Name.StartsWith('p') ? random.NextUniform(0.5, 1.5) : random.NextUniform(-1.2, 1.2);
    }

    private static void Expect(Graph program, string[] inputs, string what)
    {
        GradientReport report = GradientCheck.Run(program, "loss", inputs, Draw(program), SizesOf(program));
        Assert.That(report.Passed, $"{what} of {program.Name}: {report}");
    }
}
