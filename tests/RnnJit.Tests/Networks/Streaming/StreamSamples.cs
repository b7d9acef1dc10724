using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Networks.Streaming;

/// <summary>Models and data for streams.</summary>
internal static class StreamSamples
{
    public const int Steps = 9;

    /// <summary>Two layers with a residual connection and a head: x [T, B, 3] ⇒ y [T, B, 2].</summary>
    public static Model Stacked(ElementType precision = ElementType.F32, bool trainedStart = false, Direction direction = Direction.Forward)
    {
        var net = new NetworkBuilder("Stacked");
        Value x = net.Input("x", "T", "B", 3);
        var layer = new RecurrentOptions { TrainedStart = trainedStart, Direction = direction };
        Value h = net.Stack("layer", CellRegistry.Find(typeof(Lstm)), x, 2, net.Size("H", 5),
            new StackOptions { Skip = Skip.Residual, Layer = layer });
        net.Output("y", net.Dense("head", h, 2));
        net.Output("mean", Rnn.TotalMean(h));
        return Shaken(new Model(net, new ModelOptions { Precision = precision }));
    }

    /// <summary>One layer: x [T, B, X] ⇒ y [T, B, H].</summary>
    public static Model Single(int inputs = 1, int units = 24)
    {
        var net = new NetworkBuilder("Single");
        net.Output("y", net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", inputs), net.Size("H", units)));
        return new Model(net);
    }

    /// <summary>Embedding, a layer, a head: codes ⇒ logits.</summary>
    public static Model Characters() => Shaken(new Model(
        CharacterNetwork.Build(CellRegistry.Find(typeof(Gru)), characters: 11, layers: 2, hidden: 6, embedding: 4, dropout: 0.2)));

    public static NdArray Data(params int[] shape)
    {
        var array = new NdArray(shape);
        for (int i = 0; i < array.Length; i++)
            array.Data[i] = (float)Math.Sin(1.7 * i);
        return array;
    }

    public static float[] Floats(NdArray array) => [.. array.Data.Select(value => (float)value)];

    // No parameter stays 0, so that none can be forgotten.
    private static Model Shaken(Model model)
    {
        int n = 0;
        foreach (var (_, tensor) in model.Parameters)
            tensor.Set(tensor.ToNdArray().Data.Select(value => value + (0.1 * Math.Sin(++n))).ToArray());
        return model;
    }
}
