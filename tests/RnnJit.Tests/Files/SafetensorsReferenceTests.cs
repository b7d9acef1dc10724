using System.Text.Json;
using RnnJit.Files;

namespace RnnJit.Tests.Files;

/// <summary>Files nobody of this project wrote, with the verdicts of the reference reader.</summary>
internal sealed class SafetensorsReferenceTests
{
    private static string Folder(string name) => Path.Combine(ReferenceData.Folder, "safetensors", name);

    private static string[] Files(string name)
    {
        var files = Directory.GetFiles(Folder(name), "*.safetensors");
        Assert.That(files, Is.Not.Empty);
        return files;
    }

    [Test]
    public void Valid_files_are_read()
    {
        foreach (var file in Files("valid"))
            Assert.That(() => SafetensorsFile.Read(file), Throws.Nothing, file);
    }

    [Test]
    public void Invalid_files_are_refused()
    {
        foreach (var file in Files("invalid"))
            Assert.That(() => SafetensorsFile.Read(file), Throws.TypeOf<SafetensorsException>(), file);
    }

    [TestCase("leading_space", true), TestCase("misaligned", true), TestCase("duplicate_key", false)]
    public void Ambiguous_files_are_decided_as_documented(string name, bool accepted)
    {
        var file = Path.Combine(Folder("ambiguous"), name + ".safetensors");

        if (accepted)
            Assert.That(() => SafetensorsFile.Read(file), Throws.Nothing);
        else
            Assert.That(() => SafetensorsFile.Read(file), Throws.TypeOf<SafetensorsException>().With.Message.Contains("'a' occurs twice"));
    }

    [Test]
    public void Verdicts_are_those_of_the_reference_reader()
    {
        using var verdicts = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder("upstream"), "verdicts.json")));
        foreach (var verdict in verdicts.RootElement.EnumerateObject())
        {
            var file = Path.Combine(Folder("upstream"), verdict.Name + ".safetensors");
            if (verdict.Value.GetString() == "ok")
                Assert.That(() => SafetensorsFile.Read(file), Throws.Nothing, verdict.Name);
            else
                Assert.That(() => SafetensorsFile.Read(file), Throws.TypeOf<SafetensorsException>(), verdict.Name);
        }
    }

    // The values are multiples of 2^-12 below 4 in size: exact in F32 and F64, rounded once in F16 (11 bits) and BF16 (8
    // bits), by at most half a unit: |x|·2^-p.
    [TestCase("f64", 0.0), TestCase("f32", 0.0), TestCase("f16", 1.0 / 2048), TestCase("bf16", 1.0 / 256)]
    public void Weights_have_their_values(string dtype, double halfUnit)
    {
        var file = SafetensorsFile.Read(Path.Combine(Folder(""), $"lstm_i3_h4_{dtype}.safetensors"));
        using var expected = JsonDocument.Parse(File.ReadAllText(Folder("lstm_i3_h4.json")));

        Assert.That(file.Tensors.Keys, Is.EquivalentTo(expected.RootElement.EnumerateObject().Select(tensor => tensor.Name)));
        foreach (var tensor in expected.RootElement.EnumerateObject())
        {
            var found = file[tensor.Name];
            Assert.That(found.Shape, Is.EqualTo(Numbers(tensor.Value.GetProperty("shape")).Select(n => (long)n)));

            // The texts are float32, so they are read as such.
            var values = Numbers(tensor.Value.GetProperty("data")).Select(n => (double)(float)n).ToArray();
            var doubles = found.ToDouble();
            var singles = found.ToSingle();
            Assert.That(doubles, Has.Length.EqualTo(values.Length));
            for (var i = 0; i < values.Length; i++)
            {
                Assert.That(doubles[i], Is.EqualTo(values[i]).Within(Math.Abs(values[i]) * halfUnit), $"{tensor.Name}[{i}]");
                Assert.That((double)singles[i], Is.EqualTo(doubles[i]));
            }
        }
    }

    [Test]
    public void Written_again_the_reference_files_keep_their_values()
    {
        using var folder = new TemporaryFolder();
        foreach (var source in Files("valid").Concat(Files("")))
        {
            var file = SafetensorsFile.Read(source);
            SafetensorsFile.Write(folder.File("copy"), file.Tensors, file.Metadata);
            var copy = SafetensorsFile.Read(folder.File("copy"));

            Assert.That(copy.Metadata, Is.EquivalentTo(file.Metadata));
            Assert.That(copy.Tensors.Keys, Is.EquivalentTo(file.Tensors.Keys));
            foreach (var (name, tensor) in file.Tensors)
            {
                Assert.That(copy[name].ToString(), Is.EqualTo(tensor.ToString()));
                Assert.That(copy[name].Bytes.ToArray(), Is.EqualTo(tensor.Bytes.ToArray()));
            }
        }
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
}
