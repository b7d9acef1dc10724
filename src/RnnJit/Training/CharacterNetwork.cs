using RnnJit.Cells;
using RnnJit.Networks;

namespace RnnJit.Training;

/// <summary>Embedding, layers of one cell with dropout behind each, dense head, cross-entropy.</summary>
public static class CharacterNetwork
{
    /// <summary>
    /// The network: inputs x and target i32[T, B]; results y, the logits [T, B, V], losses [T, B, 1] in nats, and their mean loss.
    /// </summary>
    /// <param name="characters">V, the size of the vocabulary.</param>
    public static NetworkBuilder Build(CellDefinition cell, int characters, CharacterOptions options)
    {
        var net = new NetworkBuilder("Character" + cell.Name);
        Indices x = net.Indices("x", "T", "B"), target = net.Indices("target", "T", "B");
        Value h = net.Embedding("embedding", x, net.Size("V", characters), net.Size("E", options.Embedding));
        for (int layer = 0; layer < options.Layers; layer++)
        {
            h = net.Recurrent("layer" + layer, cell, h, net.Size("H", options.Hidden));
            h = net.Dropout("layer" + layer, h, options.Dropout);
        }

        Value y = net.Output("y", net.Dense("head", h, net.Size("V", characters)));
        Value losses = net.Output("losses", Rnn.CrossEntropy(y, target));
        net.Output("loss", Rnn.TotalMean(losses));
        return net;
    }
}
