using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;
using RnnJit.Verification;

namespace RnnJit.Jit.Tests.Documents;

/// <summary>The network of docs/networks.md whose embedding and head have one matrix.</summary>
public class TiedWeightsTests
{
    private static NetworkBuilder Network()
    {
        CellDefinition lstm = CellRegistry.Find(typeof(Lstm));

        // Document: begin.
        var net = new NetworkBuilder("Tied");
        Indices words = net.Indices("words", "T", "B"), next = net.Indices("next", "T", "B");
        Dim vocabulary = net.Size("V", 12), width = net.Size("E", 5);
        var table = new Matrix(net.Parameter("table", "uniform", vocabulary, width));
        Value h = net.Recurrent("layer", lstm, Rnn.Gather(table, words), width);
        Value y = net.Output("y", table * h + net.Parameter("head.b", "zeros", vocabulary));
        net.Output("loss", Loss.SoftmaxCrossEntropy(y, next));
        // Document: end.
        return net;
    }

    [Test]
    public void The_document_shows_the_network_as_it_is_compiled()
    {
        string source = Repository.Read("tests/RnnJit.Jit.Tests/Documents/TiedWeightsTests.cs");
        string[] lines = source.Split("// Document: begin.\n", 2)[1].Split("        // Document: end.", 2)[0].Split('\n');
        string shown = string.Join("\n", lines.Select(line => line.Length > 8 ? line[8..] : line)).TrimEnd();
        Assert.That(Repository.Read("docs/networks.md"), Does.Contain("```csharp\n" + shown + "\n```"));
    }

    [Test]
    public void One_matrix_is_trained_with_the_gradient_of_both_readers()
    {
        Graph program = Network().Build();
        Assert.That(program.Inputs.Count(port => port.Type.ToString() == "f32[V, E]"), Is.EqualTo(1));
        var sizes = new Dictionary<string, int> { ["T"] = 3, ["B"] = 2, ["V"] = 12, ["E"] = 5 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        foreach (string codes in (string[])["words", "next"])
            data[codes] = new NdArray([3, 2], codes == "words" ? [1, 4, 4, 0, 11, 1] : [4, 0, 2, 7, 3, 5]);
        GradientReport report = GradientCheck.Run(program, "loss", ["table", "head.b"], data, sizes);
        Assert.That(report.Passed, report.ToString());
    }

    // After a step the rows that were read and those of the head have moved: all of them, in the one matrix.
    [Test]
    public void A_training_step_changes_what_both_read()
    {
        using var model = new Model(Network());
        using var trainer = new Trainer(model, steps: 3, batch: 2);
        float[] before = model.Parameters["table"].Read<float>().ToArray();
        trainer.Input("words").Set([1, 4, 4, 0, 11, 1]);
        trainer.Input("next").Set([4, 0, 2, 7, 3, 5]);
        trainer.Step();
        float[] after = model.Parameters["table"].Read<float>().ToArray();
        Assert.That(before.Zip(after).Count(pair => pair.First != pair.Second), Is.EqualTo(before.Length));
        Assert.That(model.Parameters.Keys, Has.None.EqualTo("head.W"));
    }
}
