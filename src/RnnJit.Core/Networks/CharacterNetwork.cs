using RnnJit.Cells;

namespace RnnJit.Networks;

/// <summary>Network of a character model: embedding, layers of one cell with dropout after each, dense head, cross-entropy.</summary>
public static class CharacterNetwork
{
    /// <summary>
    /// The network: inputs x and target i32[T, B]; results y, the logits [T, B, V], losses [T, B, 1] in nats, and their mean loss.
    /// </summary>
    /// <param name="characters">V, the size of the vocabulary.</param>
    /// <param name="hidden">H, units of every layer.</param>
    /// <param name="embedding">E, numbers that stand for a character.</param>
    /// <param name="dropout">The share of every layer's outputs that is dropped in training.</param>
    /// <param name="residual">Whether the input of every layer is added to its output.</param>
    public static NetworkBuilder Build(CellDefinition cell, int characters, int layers, int hidden, int embedding, double dropout,
        bool residual = false)
    {
        var net = new NetworkBuilder("Character" + cell.Name);
        Indices x = net.Indices("x", "T", "B"), target = net.Indices("target", "T", "B");
        Value h = net.Embedding("embedding", x, net.Size("V", characters), net.Size("E", embedding));
        h = net.Stack("layer", cell, h, layers, net.Size("H", hidden),
            new StackOptions { Dropout = dropout, Skip = residual ? Skip.Residual : Skip.None });
        Value y = net.Output("y", net.Dense("head", h, net.Size("V", characters)));
        Value losses = net.Output("losses", Rnn.CrossEntropy(y, target));
        net.Output("loss", Rnn.TotalMean(losses));
        return net;
    }
}
