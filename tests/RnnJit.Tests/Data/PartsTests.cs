using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Data;

/// <summary>Words with their characters through a network: a layer over characters, then one over words.</summary>
public class PartsTests
{
    private static readonly int[][][] Sentences = [[[1, 2], [3], [4, 1, 2]], [[2]], [[3, 3], []]];

    [TestCase(1)]
    [TestCase(4)]
    public void A_batch_gives_each_sentence_what_it_has_alone(int multiple)
    {
        double[][] together = Run(Sentences, multiple);
        for (int row = 0; row < Sentences.Length; row++)
            Assert.That(together[row], Is.EqualTo(Run([Sentences[row]], 1)[0]).Within(1e-12), $"sentence {row}");
        Assert.That(together[0].Take(2), Is.Not.EqualTo(together[1]).Within(1e-3), "sentences are told apart");
    }

    // The characters of a word count in their order, and so do the words.
    [Test]
    public void Order_within_a_word_and_among_words_matters()
    {
        double[] wanted = Run([Sentences[0]], 1)[0];
        Assert.That(Run([[[2, 1], [3], [4, 1, 2]]], 1)[0], Is.Not.EqualTo(wanted).Within(1e-6));
        Assert.That(Run([[[3], [1, 2], [4, 1, 2]]], 1)[0], Is.Not.EqualTo(wanted).Within(1e-6));
    }

    private static double[][] Run(int[][][] sentences, int multiple)
    {
        Batch batch = Batches.Of(sentences, sentences.Length)
            .Parts("letters", row => row)
            .Codes("sizes", row => [.. row.Select(word => word.Length)])
            .Lengths("letterCounts", of: "letters")
            .Lengths("lengths", of: "sizes")
            .Places("places", of: "letters")
            .RoundedTo(multiple)
            .Epoch(0).Single();
        int places = batch.Inputs["letters"].Shape[1];
        Graph network = Network();
        Dictionary<string, NdArray> arrays = BatchArrays.Of(network, batch.Inputs);
        foreach (Port port in network.Inputs.Where(port => port.Role == PortRole.State))
            arrays[port.Name] = new NdArray([port.Name.StartsWith("word", StringComparison.Ordinal) ? batch.Rows : places, 2]);
        return [.. Interpreter.Run(network, arrays)["y"].Data.Chunk(2)];
    }

    private static Graph Network()
    {
        var net = new NetworkBuilder("Words");
        Indices letters = net.Indices("letters", "C", "W"), places = net.Indices("places", "T", "B");
        net.Lengths("letterCounts", "W");
        CellDefinition cell = CellRegistry.Find(typeof(Elman));
        Value spelled = net.Recurrent("letter", cell, net.Embedding("table", letters, 5, 3), 2, new RecurrentOptions()).Finals["h"];
        net.Lengths("lengths", "B");
        Value words = Rnn.Gather(new Matrix(spelled), places);
        Value sizes = Rnn.Gather(new Matrix(net.Parameter("sizeTable", "uniform", 5, 2)), net.Indices("sizes", "T", "B"));
        net.Output("y", net.Recurrent("word", cell, words + sizes, 2, new RecurrentOptions()).Finals["h"]);
        return net.Build();
    }
}
