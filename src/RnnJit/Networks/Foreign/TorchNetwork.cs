using System.Globalization;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>Reads from the names and shapes of a state dict which network it is of, and builds that.</summary>
internal sealed class TorchNetwork
{
    private const int MostLayers = 256;

    private readonly IReadOnlyDictionary<string, SafetensorsTensor> weights;
    private readonly PyTorchOptions options;
    private readonly string source, module;
    private readonly CellLayout cell;
    private readonly int layers, inputs, hidden, width;
    private readonly bool both, biased;

    private TorchNetwork(IReadOnlyDictionary<string, SafetensorsTensor> weights, PyTorchOptions options, string source)
    {
        (this.weights, this.options, this.source) = (weights, options, source);
        module = Module();
        ForeignNames.Require(module, source);
        int[] input = Shape(TorchNames.InputWeight), recurrent = Shape(TorchNames.RecurrentWeight);
        bool projected = weights.ContainsKey(Name(TorchNames.Projection));
        hidden = projected ? Shape(TorchNames.Projection)[1] : recurrent[1];
        (inputs, width) = (input[1], recurrent[1]);
        cell = (recurrent[0] / hidden, recurrent[0] % hidden, projected) switch
        {
            (4, 0, true) => CellLayout.LstmProjected,
            (4, 0, false) => CellLayout.Lstm,
            (3, 0, false) => CellLayout.GruResetAfter,
            (1, 0, false) => options.Nonlinearity == Nonlinearity.Relu ? CellLayout.ElmanRelu : CellLayout.Elman,
            _ => throw new ForeignWeightsException(
                $"{source}: '{Name(TorchNames.RecurrentWeight)}' is [{recurrent[0]}, {recurrent[1]}] for {hidden} units"
                    + $"{(projected ? " with a projection" : "")}, wanted 4 times as many rows (LSTM), 3 times (GRU) or as many (RNN) "
                    + "(it is of another cell)"),
        };
        both = weights.ContainsKey(TorchNames.Of(module, TorchNames.InputWeight, 0, reverse: true));
        biased = weights.ContainsKey(Name(TorchNames.InputBias));
        layers = Layers(module).Count();
        if (layers > MostLayers)
            throw new ForeignWeightsException($"{source} has {layers} layers of '{module}', wanted at most {MostLayers} (it is damaged)");
    }

    /// <exception cref="ForeignWeightsException">The names or shapes are of no network that is known.</exception>
    public static NetworkBuilder Build(IReadOnlyDictionary<string, SafetensorsTensor> weights, PyTorchOptions options, string source) =>
        new TorchNetwork(weights, options, source).Build();

    private NetworkBuilder Build()
    {
        var net = new NetworkBuilder("PyTorch");
        Dim batch = "B", time = "T", units = net.Size("H", hidden), x = net.Size("X", inputs);
        var (embedding, head) = Others();
        Dim[] rows = options.BatchFirst ? [batch, time] : [time, batch];
        Value h = embedding is null
            ? net.Input("x", [.. rows, x])
            : net.Embedding(embedding, net.Indices("x", rows), net.Size("V", Extent(embedding + ".weight", 0)), x);
        if (options.BatchFirst)
            h = net.SwapBatchAndTime(h);
        if (options.Lengths)
            net.Lengths("lengths", batch);

        var made = new List<RecurrentLayer>();
        for (int layer = 0; layer < layers; layer++)
        {
            string name = TorchNames.Layer(module, layer);
            var more = new RecurrentOptions
            {
                Direction = both ? Direction.Both : Direction.Forward,
                Dims = cell == CellLayout.LstmProjected ? new Dictionary<string, Dim> { ["R"] = net.Size("R", width) } : [],
                Given = LayerBiases.Of(net, name, cell, units, both, biased ? BiasForm.Two : BiasForm.None),
            };
            made.Add(net.Recurrent(name, cell.Find(), h, units, more));
            h = made[^1].Output;
        }

        if (options.LastStep)
            h = made[^1].Last;
        if (head is not null)
            h = ForeignHead.Of(net, head, h, Extent(head + ".weight", 0), weights.ContainsKey(head + ".bias"));
        net.Output("y", options.BatchFirst && !options.LastStep ? net.SwapBatchAndTime(h) : h);
        foreach (string state in made[^1].Layers[0].Finals.Keys.Where(name => !name.Contains('.')))
            net.Named(state + "n", States(net, made, state));
        return net;
    }

    // Layers, and in them directions, one behind the other: [layers · directions, B, ·].
    private Value States(NetworkBuilder net, List<RecurrentLayer> made, string state)
    {
        IEnumerable<Value> all =
            made.SelectMany(layer => both ? [layer.Finals[state], layer.Finals["reverse." + state]] : new[] { layer.Finals[state] });
        return Rnn.Concat(0, [.. all.Select(value => net.Graph.Add(new ReshapeOp(value.Type.Dims.Prepend(1)), value))]);
    }

    // An embedding before the layers and a dense layer behind them, where names and shapes leave one way to read them.
    private (string? Embedding, string? Head) Others()
    {
        string[] others = [.. weights.Keys.Where(name => !TorchNames.OfLayer().IsMatch(name))];
        int outputs = (both ? 2 : 1) * width;
        string[] matrices = [.. others.Where(name => name.EndsWith(".weight", StringComparison.Ordinal) && weights[name].Shape.Count == 2)
            .Select(name => name[..^7]).Order(StringComparer.Ordinal)];
        string[] heads = [.. matrices.Where(name => weights[name + ".weight"].Shape[1] == outputs)];
        string[] tables = [.. matrices.Where(name => weights[name + ".weight"].Shape[1] == inputs && !weights.ContainsKey(name + ".bias"))];
        if (tables.Intersect(heads).FirstOrDefault() is { } either && heads.Length + tables.Length > 2)
            heads = [.. heads.Except([either])];
        else
            tables = [.. tables.Except(heads)];
        return (ForeignHead.One(tables, "embeddings", "ReadPyTorch", source),
            ForeignHead.One(heads, "dense layers", "ReadPyTorch", source));
    }

    private string Module()
    {
        string[] modules = [.. weights.Keys.Select(name => TorchNames.OfLayer().Match(name))
            .Where(match => match.Success && match.Groups["kind"].Value == TorchNames.RecurrentWeight)
            .Select(match => match.Groups["module"].Value).Distinct().Order(StringComparer.Ordinal)];
        return modules switch
        {
            [var only] => only,
            [] => throw new ForeignWeightsException(
                $"{source} has no '…weight_hh_l0' (found: {Found()}; it is no state dict of torch.nn.LSTM, GRU or RNN)"),
            _ => throw new ForeignWeightsException(
                $"{source} has {modules.Length} recurrent modules, '{modules[0]}' and '{modules[1]}' among them "
                    + "(choose one with Prefix, or build the network and read the weights into it with ReadPyTorch)"),
        };
    }

    private string Found() => weights.Count == 0
        ? "no tensor"
        : string.Join(", ", weights.Keys.Order(StringComparer.Ordinal).Take(5))
            + (weights.Count > 5 ? $" and {weights.Count - 5} more" : "");

    private IEnumerable<int> Layers(string of) => weights.Keys.Select(name => TorchNames.OfLayer().Match(name))
        .Where(match => match.Success && match.Groups["module"].Value == of)
        .Select(match => int.Parse(match.Groups["layer"].Value, CultureInfo.InvariantCulture)).Distinct();

    private string Name(string kind) => TorchNames.Of(module, kind, 0, reverse: false);

    private int[] Shape(string kind)
    {
        string name = Name(kind);
        if (!weights.TryGetValue(name, out SafetensorsTensor? tensor))
            throw new ForeignWeightsException($"{source} lacks tensor '{name}' (it is incomplete)");
        return tensor.Shape is [> 0, > 0] ? [Extent(name, 0), Extent(name, 1)] : throw new ForeignWeightsException(
            $"{source}: tensor '{name}' is [{string.Join(", ", tensor.Shape)}], wanted a matrix (it is of another model)");
    }

    private int Extent(string name, int axis) => ForeignHead.Extent(weights, name, axis, source);
}
