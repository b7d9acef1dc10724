using System.Text.RegularExpressions;
using RnnJit.Networks;

namespace RnnJit.Tests.Networks.Streaming;

public class EmbeddingDocumentTests
{
    [Test]
    public void The_example_of_the_document_runs()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        using (Model made = StreamSamples.Single())
            made.Save(path);
        float[] samples = [0.5f, -0.25f, 1];

        using Model model = Model.Load(path);
        using var streaming = new StreamingModel(model);
        using StreamState stream = streaming.NewState();

        var y = new float[streaming.OutputLength];
        foreach (float sample in samples)
            streaming.Step([sample], stream, y);

        Assert.That(stream.Steps, Is.EqualTo(3));
        string own = File.ReadAllText(Path.Combine(Root(), "tests/RnnJit.Tests/Networks/Streaming/EmbeddingDocumentTests.cs")),
            document = File.ReadAllText(Path.Combine(Root(), "docs/embedding.md"));
        string[] lines = Regex.Match(document, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(6));
        foreach (string line in lines)
            Assert.That(own, Does.Contain(line));
    }

    [TestCase("1 → 24", 1, 24)]
    [TestCase("256 → 256", 256, 256)]
    public void The_sizes_in_the_document_are_measured(string row, int inputs, int units)
    {
        using Model model = StreamSamples.Single(inputs, units);
        using var streaming = new StreamingModel(model);
        string document = File.ReadAllText(Path.Combine(Root(), "docs/embedding.md"));
        Assert.That(document, Does.Contain(
            FormattableString.Invariant($"| {row} | {streaming.BytesPerState:N0} bytes | {streaming.SharedBytes:N0} bytes |")));
    }

    private static string Root()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "RnnJit.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside the repository");
    }
}
