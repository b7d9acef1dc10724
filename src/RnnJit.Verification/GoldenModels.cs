using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>Small whole models with losses of their own.</summary>
internal static class GoldenModels
{
    private static readonly Dim V = "V", E = "E", H = "H", C = "C", B = "B";

    // Embedding, LSTM in both directions over packed sequences, a head, cross-entropy of the labels that are not padding.
    public static Graph Tagger(GoldenCase given, ElementType real)
    {
        var net = new NetworkBuilder(given.Name);
        Indices tokens = net.Indices("tokens", "T", B), labels = net.Indices("labels", "T", B);
        net.Lengths("lengths", B);
        Value x = Rnn.Gather(new Matrix(net.Parameter("emb", "zeros", V, E)), tokens);
        CellDefinition cell = CellTracer.Trace(typeof(Lstm));
        var weights = new Dictionary<string, Value>();
        foreach (var (prefix, suffix) in new[] { ("", ""), ("reverse.", "_reverse") })
            Add(weights, prefix, net, cell, CellLayout.TorchLstmGates, E, suffix);
        RecurrentLayer layer = net.Recurrent("layer", cell, x, H, new RecurrentOptions { Direction = Direction.Both, Given = weights });
        Value logits = net.Output("logits", Head(net, layer.Output, C, 2 * H));
        net.Output("loss", Loss.CrossEntropy(logits, labels, new CrossEntropyOptions
        {
            IgnoreIndex = -100,
            LabelSmoothing = GoldenReader.Double(GoldenReader.Member(given.Config, "labelSmoothing"), "labelSmoothing"),
            Reduction = GoldenReader.Text(given.Config, "reduction") == "sum" ? Reduction.Sum : Reduction.Mean,
        }));
        return Built(net, real);
    }

    // One-hot characters, a GRU over chunks whose states are carried without gradient, the next character as target.
    public static Graph TruncatedCharacters(GoldenCase given, ElementType real)
    {
        var net = new NetworkBuilder(given.Name);
        int steps = given.Number("T"), chunk = given.Number("chunk");
        if (chunk == 0 || steps % chunk != 0)
            throw new GoldenException($"'chunk' is {chunk}, wanted a divisor of the {steps} steps");
        Value tokens = net.Indices("tokens", steps + 1, B).Tensor;
        Indices Run(int start) => new(net.Graph.Add(new SliceOp(0, start, chunk), tokens));
        CellDefinition cell = CellTracer.Trace(typeof(GruResetAfter));
        var weights = new Dictionary<string, Value>();
        Add(weights, "", net, cell, CellLayout.TorchGruGates, V, "");
        var head = new Matrix(net.Parameter("out_w", "zeros", V, H));
        Value bias = net.Parameter("out_b", "zeros", V);

        var parts = new List<Value>();
        Value? loss = null;
        for (int start = 0; start < steps; start += chunk)
        {
            Value x = net.Graph.Add(new OneHotOp(V, ElementType.F32), Run(start).Tensor);
            RecurrentLayer layer = net.Recurrent("chunk" + start, cell, x, H, new RecurrentOptions { Given = weights });
            Value logits = (head * layer.Output) + bias;
            parts.Add(logits);
            Value sum = Loss.CrossEntropy(logits, Run(start + 1), new CrossEntropyOptions { Reduction = Reduction.Sum });
            loss = loss is null ? sum : loss + sum;
            weights["h"] = Rnn.Detach(layer.Finals["h"]);
        }

        net.Output("logits", net.Graph.Add(new ConcatOp(0), parts.ToArray()));
        net.Output("hn", net.Graph.Add(new ReshapeOp([1, B, H]), weights["h"]));
        net.Output("loss", loss ?? throw new GoldenException("'T' is 0, wanted at least one step"));
        return Built(net, real);
    }

    // Weights as PyTorch stacks them, and states of 0.
    private static void Add(Dictionary<string, Value> weights, string prefix, NetworkBuilder net, CellDefinition cell, string[] gates,
        Dim width, string suffix)
    {
        Dim stacked = gates.Length * H;
        Value Parameter(string name, params Dim[] dims) => net.Parameter(name + "_l0" + suffix, "zeros", dims);
        foreach (var (port, value) in TorchLayout.Parameters(cell, gates, H, Parameter("weight_ih", stacked, width),
            Parameter("weight_hh", stacked, H), Parameter("bias_ih", stacked), Parameter("bias_hh", stacked)))
            weights[prefix + port] = value;
        foreach (Port state in cell.States)
            weights[prefix + state.Name] = net.Graph.Add(new ConstantOp(0, new TensorType(ElementType.F32, B, H)));
    }

    private static Value Head(NetworkBuilder net, Value x, Dim classes, Dim width) =>
        (new Matrix(net.Parameter("out_w", "zeros", classes, width)) * x) + net.Parameter("out_b", "zeros", classes);

    private static Graph Built(NetworkBuilder net, ElementType real) =>
        real == ElementType.F64 ? GraphMapper.WithPrecision(net.Build(), real) : net.Build();
}
