using System.Text.RegularExpressions;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Tests.Data;

/// <summary>docs/data.md: its code is that of these tests, and its table lists the methods that there are.</summary>
public class DataDocumentTests
{
    private static string Document => File.ReadAllText(Path.Combine(Root, "docs/data.md")).ReplaceLineEndings("\n");

    private static string Root
    {
        get
        {
            string? folder = TestContext.CurrentContext.TestDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "RnnJit.sln")))
                folder = Path.GetDirectoryName(folder);
            return folder ?? throw new InvalidOperationException("The tests run outside the repository");
        }
    }

    [Test]
    public void The_examples_run_and_print_what_the_document_says()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        using var model = new Model(
            Parser.Parse("program P\n  input x: f32[2]\n  %0: f32[2] = add x, x\n  return y = %0\n"), new Dictionary<string, int>());

        (string Words, string Tags)[] rows = [("the cat sleeps", "D N V"), ("a dog", "D N"), ("", "")];
        TokenVocabulary words = TokenVocabulary.Words(
            rows.Select(row => row.Words), new TokenOptions { MinimumCount = 1, MostSize = 10_000 });
        TokenVocabulary tags = TokenVocabulary.Words(rows.Select(row => row.Tags), new TokenOptions { Reserved = false });
        TokenVocabulary letters = TokenVocabulary.Characters(rows.Select(row => row.Words));

        RowBatches<(string Words, string Tags)> batches = Batches.Of(rows, 32)
            .Codes("words", row => words.EncodeText(row.Words))
            .Codes("tags", row => tags.EncodeText(row.Tags), padding: -1)
            .Parts("letters", row =>
                row.Words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => letters.EncodeText(word)).ToArray())
            .Lengths("lengths", of: "words")
            .Lengths("letterCounts", of: "letters")
            .Places("places", of: "letters")
            .Shuffled(seed: 1)
            .Bucketed();

        foreach (Batch batch in batches.Epoch(0))
            foreach (var (name, input) in batch.Inputs)
                Console.WriteLine($"{name}: {input.Element}[{string.Join(", ", input.Shape)}]");

        using Model tagger = Tagger(words.Count, letters.Count, tags.Count);
        using var evaluator = new Evaluator(tagger, "best");
        foreach (Batch batch in batches.Epoch(0))
            Console.WriteLine(string.Join(' ', evaluator.Run(batch).Output("best").Read<int>().ToArray()));
        Assert.That(evaluator.Run(batches.Epoch(0).Single()).Output("best").Shape, Is.EqualTo(new[] { 8, 3 }), "steps are rounded up");

        model.Vocabularies["words"] = words;
        model.Vocabularies["tags"] = tags;
        model.Metadata["corpus"] = "three sentences";
        model.Save(path);
        using Model loaded = Model.Load(path);
        int[] codes = loaded.Vocabularies["words"].EncodeText("the dog sleeps");
        Assert.That(codes, Is.EqualTo(words.EncodeText("the dog sleeps")).And.None.EqualTo(TokenVocabulary.Unknown));

        (int[] Parents, int[] Words, int Label)[] trees = [([2, 2, -1], [5, 6, 0], 1), ([-1], [7], 0)];
        var forests = Batches.Of(trees, 16)
            .Trees("tree", row => row.Parents, arity: 2)
            .NodeCodes("nodes", of: "tree", row => row.Words)
            .Roots("roots", of: "tree")
            .Label("y", row => row.Label);
        Assert.That(forests.Epoch(0).Single().Inputs["roots"].Integers.ToArray(), Is.EqualTo(new[] { 2, 3 }));

        string printed = string.Concat(
            batches.Epoch(0).Single().Inputs.Select(pair => $"{pair.Key}: {pair.Value.Element}[{string.Join(", ", pair.Value.Shape)}]\n"));
        Assert.That(Blocks("").Single(), Is.EqualTo(printed));
        string own = File.ReadAllText(Path.Combine(Root, "tests/RnnJit.Tests/Data/DataDocumentTests.cs"));
        string[] lines = [.. Blocks("csharp")
            .SelectMany(block => block.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        Assert.That(lines, Has.Length.EqualTo(33));
        foreach (string line in lines)
            Assert.That(own, Does.Contain(line));
    }

    [Test]
    public void The_table_lists_every_method_that_describes_an_input()
    {
        string section = Regex.Match(Document, "## Inputs\n(.*?)\n## ", RegexOptions.Singleline).Groups[1].Value;
        string[] listed = [.. Regex.Matches(section, "^\\| ([^|]+) \\|", RegexOptions.Multiline)
            .SelectMany(row => Regex.Matches(row.Groups[1].Value, "`(\\w+)").Select(name => name.Groups[1].Value))];
        string[] others = ["Shuffled", "Bucketed", "DropLast", "RoundedTo"];
        IEnumerable<string> methods = typeof(RowBatches<int>).GetMethods().Where(method => method.ReturnType == typeof(RowBatches<int>))
            .Select(method => method.Name).Distinct();
        Assert.That(listed.Concat(others), Is.EquivalentTo(methods));
        foreach (string name in others)
            Assert.That(Document, Does.Contain($"| `{name}("));
    }

    private static Model Tagger(int words, int letters, int tags)
    {
        var net = new NetworkBuilder("Tagger");
        CellDefinition cell = CellRegistry.Find(typeof(Gru));
        Value letter = net.Embedding("letter", net.Indices("letters", "C", "W"), letters, 3);
        RecurrentLayer spelling = net.Recurrent("spelling", cell, letter, net.Size("K", 4),
            new RecurrentOptions { Lengths = net.Lengths("letterCounts", "W") });
        Value spelled = Rnn.Gather(new Matrix(spelling.Last), net.Indices("places", "T", "B"));
        Value word = net.Embedding("word", net.Indices("words", "T", "B"), words, 3);
        net.Lengths("lengths", "B");
        Value h = net.Recurrent("layer", cell, Rnn.Concat(word, spelled), net.Size("H", 5)), y = net.Dense("head", h, tags);
        net.Output("loss", Loss.SoftmaxCrossEntropy(y, net.Indices("tags", "T", "B")));
        net.Named("best", Rnn.ArgMax(y).Tensor);
        return new Model(net);
    }

    private static IEnumerable<string> Blocks(string language) =>
        Regex.Matches(Document, "^```(\\w*)\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)
            .Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value);
}
