using System.Globalization;
using System.Text.RegularExpressions;
using RnnJit.Files;
using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>Reads from the names and shapes of Keras' weights which network they are of, and builds that.</summary>
/// <param name="weights">Under the names of <see cref="KerasNames"/>, in the order of the file.</param>
internal sealed partial class KerasNetwork(OrderedDictionary<string, SafetensorsTensor> weights, KerasOptions options, string source)
{
    private const int MostLayers = 256;

    /// <exception cref="ForeignWeightsException">The names or shapes are of no network that is known.</exception>
    public NetworkBuilder Build()
    {
        Layer[] layers = Chain(Order(Layers()));
        var net = new NetworkBuilder("Keras");
        Dim x = net.Size("X", layers[0].Inputs);
        Dim[] rows = options.BatchFirst ? ["B", "T"] : ["T", "B"];
        var (embedding, head) = Others(layers);
        Value h = embedding is null
            ? net.Input("x", [.. rows, x])
            : net.Embedding(
                embedding, net.Indices("x", rows), net.Size("V", Extent(KerasNames.Of(embedding, null, KerasNames.Table), 0)), x);
        if (options.BatchFirst)
            h = net.SwapBatchAndTime(h);
        if (options.Lengths)
            net.Lengths("lengths", "B");

        RecurrentLayer? made = null;
        foreach (Layer layer in layers)
        {
            Dim units = net.Size("H" + layer.Hidden.ToString(CultureInfo.InvariantCulture), layer.Hidden);
            made = net.Recurrent(layer.Name, layer.Cell.Find(), h, units, new RecurrentOptions
            {
                Direction = layer.Both ? Direction.Both : Direction.Forward,
                Given = LayerBiases.Of(net, layer.Name, layer.Cell, units, layer.Both, layer.Biases),
            });
            h = made.Output;
        }

        if (options.LastStep)
            h = made!.Last;
        if (head is not null)
            h = ForeignHead.Of(net, head, h, Extent(KerasNames.Of(head, null, KerasNames.Kernel), 1),
                weights.ContainsKey(KerasNames.Of(head, null, KerasNames.Bias)));
        net.Output("y", options.BatchFirst && !options.LastStep ? net.SwapBatchAndTime(h) : h);
        return net;
    }

    private IEnumerable<Layer> Layers()
    {
        string end = "/" + KerasNames.Recurrent;
        string[] names =
            [.. weights.Keys.Where(name => name.EndsWith(end, StringComparison.Ordinal)).Select(name => name.Split('/')[0]).Distinct()];
        if (names.Length == 0)
            throw new ForeignWeightsException(
                $"{source} has no '…/{KerasNames.Recurrent}' (found: {string.Join(", ", weights.Keys.Take(5))}; it has no weights of an "
                    + "LSTM, "
                    + "GRU or SimpleRNN layer of Keras)");
        if (names.Length > MostLayers)
            throw new ForeignWeightsException($"{source} has {names.Length} recurrent layers, wanted at most {MostLayers} (it is damaged)");
        foreach (string name in names)
        {
            ForeignNames.Require(name, source);
            bool both = weights.ContainsKey(KerasNames.Of(name, true, KerasNames.Recurrent));
            bool? reverse = both ? false : null;
            int[] kernel = Matrix(KerasNames.Of(name, reverse, KerasNames.Kernel)), recurrent =
                Matrix(KerasNames.Of(name, reverse, KerasNames.Recurrent));
            weights.TryGetValue(KerasNames.Of(name, reverse, KerasNames.Bias), out SafetensorsTensor? bias);
            int hidden = recurrent[0];
            CellLayout cell = (recurrent[1] / hidden, recurrent[1] % hidden) switch
            {
                (4, 0) => CellLayout.Lstm,
                (3, 0) => bias?.Shape.Count == 2 || (bias is null && options.ResetAfter) ? CellLayout.GruResetAfter : CellLayout.Gru,
                (1, 0) => options.Nonlinearity == Nonlinearity.Relu ? CellLayout.ElmanRelu : CellLayout.Elman,
                _ => throw new ForeignWeightsException(
                    $"{source}: '{name}/{KerasNames.Recurrent}' is [{recurrent[0]}, {recurrent[1]}], wanted 4 times as many columns as "
                        + "rows "
                        + "(LSTM), 3 times (GRU) or as many (SimpleRNN) (it is of another layer)"),
            };
            BiasForm form = bias is null ? BiasForm.None : cell == CellLayout.GruResetAfter ? BiasForm.Two : BiasForm.One;
            yield return new Layer(name, cell, kernel[0], hidden, both, form);
        }
    }

    private IEnumerable<Layer> Order(IEnumerable<Layer> found)
    {
        Layer[] layers = [.. found];
        if (options.Layers.Count == 0)
            return layers.Select((layer, i) => (layer, i)).OrderBy(pair => LayerNumber(pair.layer.Name)).ThenBy(pair => pair.i)
                .Select(pair => pair.layer);
        if (options.Layers.FirstOrDefault(name => layers.All(layer => layer.Name != name)) is { } unknown)
            throw new ForeignWeightsException(
                $"{source} has no recurrent layer '{unknown}' (its layers are {string.Join(", ", layers.Select(layer => layer.Name))})");
        return options.Layers.Select(name => layers.First(layer => layer.Name == name));
    }

    // A layer reads what the one below gives.
    private Layer[] Chain(IEnumerable<Layer> order)
    {
        Layer[] layers = [.. order];
        for (int i = 1; i < layers.Length; i++)
        {
            if (layers[i].Inputs != layers[i - 1].Outputs)
                throw new ForeignWeightsException(
                    $"{source}: layer '{layers[i].Name}' reads {layers[i].Inputs} numbers and '{layers[i - 1].Name}' gives "
                        + $"{layers[i - 1].Outputs} (name the layers from the bottom in KerasOptions.Layers; directions stand side by "
                            + "side)");
        }

        return layers;
    }

    private (string? Embedding, string? Head) Others(Layer[] layers)
    {
        string[] Names(string kind, Func<int[], bool> fits) => [.. weights.Keys
            .Where(name => name.EndsWith("/" + kind, StringComparison.Ordinal) && name.Split('/').Length == 2)
            .Where(name => weights[name].Shape.Count == 2 && fits([Extent(name, 0), Extent(name, 1)])).Select(name => name.Split('/')[0])
            .Where(name => layers.All(layer => layer.Name != name))];
        return (ForeignHead.One(Names(KerasNames.Table, shape => shape[1] == layers[0].Inputs), "embeddings", "ReadKeras", source),
            ForeignHead.One(Names(KerasNames.Kernel, shape => shape[0] == layers[^1].Outputs), "dense layers", "ReadKeras", source));
    }

    private int[] Matrix(string name)
    {
        if (!weights.TryGetValue(name, out SafetensorsTensor? tensor))
            throw new ForeignWeightsException($"{source} lacks weight '{name}' (it is incomplete)");
        return tensor.Shape.Count == 2 ? [Extent(name, 0), Extent(name, 1)] : throw new ForeignWeightsException(
            $"{source}: weight '{name}' is [{string.Join(", ", tensor.Shape)}], wanted a matrix (it is of another layer)");
    }

    private int Extent(string name, int axis) => ForeignHead.Extent(weights, name, axis, source);

    // lstm, lstm_1, lstm_2; layer0, layer1.
    private static int LayerNumber(string name) =>
        Trailing().Match(name) is { Success: true } match ? int.Parse(match.Value, CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex(@"\d{1,6}\z")]
    private static partial Regex Trailing();

    private sealed record Layer(string Name, CellLayout Cell, int Inputs, int Hidden, bool Both, BiasForm Biases)
    {
        public int Outputs => (Both ? 2 : 1) * Hidden;
    }
}
