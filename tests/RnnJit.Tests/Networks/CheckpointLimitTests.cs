using System.Buffers.Binary;
using System.Text;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

public class CheckpointLimitTests
{
    private const int LongestText = 4 << 20;

    [Test]
    public void A_program_that_fills_a_file_is_saved_and_read_and_a_longer_one_is_not_saved()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.safetensors"), text = Parser.Parse(Text("y")).ToString();
        using Model longest = Make(Text("y" + new string('y', LongestText - text.Length)));
        Assert.That(longest.Program.ToString(), Has.Length.EqualTo(LongestText));
        longest.Save(path);
        using Model read = Model.Load(path);
        Assert.That(read.Program, Is.EqualTo(longest.Program));

        byte[] before = File.ReadAllBytes(path);
        using Model longer = Make(Text("y" + new string('y', LongestText - text.Length + 1)));
        Assert.That(() => longer.Save(path), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ246")
            .And.Message
                .EqualTo("The text of 'P' has 4194305 characters where a file holds at most 4194304 (write repeated steps as a scan)"));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));
    }

    [Test]
    public void A_program_that_would_not_be_read_back_is_not_saved()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.safetensors");
        var builder = new GraphBuilder();
        Value x = builder.Input("x", TensorType.Parse("f32[1]")),
            y = builder.Add(new RnnJit.Ops.ConcatOp(0), Enumerable.Repeat(x, 4097).ToArray());
        using var model = new Model(builder.Build("program", "P", [("y", y, OutputRole.Result)]), new Dictionary<string, int>());
        Assert.That(() => model.Save(path), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ246")
            .And.Message.EqualTo("The text of 'P' would not be read back: Line 3: 'concat' has more than 4096 operands"));
        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public void A_checkpoint_has_at_most_1000_texts()
    {
        string Keys(int count) => string.Join(',', Enumerable.Range(0, count).Select(n => $"\"{n}\":\"\""));
        Assert.That(Sentence($"{{\"__metadata__\":{{{Keys(1000)}}}}}"), Does.Contain("is no checkpoint: its format is ''"));
        Assert.That(Sentence($"{{\"__metadata__\":{{{Keys(1001)}}}}}"),
            Does.EndWith("__metadata__ has more than 1000 keys (the file is damaged or was written to deceive)"));
    }

    [Test]
    public void A_checkpoint_has_at_most_50000_tensors()
    {
        string Entries(int count) => "{" + string.Join(',',
            Enumerable.Range(0, count).Select(n => $"\"{n}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}";
        Assert.That(Sentence(Entries(50_000)), Does.Contain("is no checkpoint: its format is ''"));
        Assert.That(Sentence(Entries(50_001)),
            Does.EndWith("the header names more than 50000 tensors (the file is damaged or was written to deceive)"));
    }

    [TestCase("shape")]
    [TestCase("data_offsets")]
    public void A_tensor_of_a_checkpoint_has_at_most_64_axes(string field)
    {
        string Entry(int count) => $"{{\"a\":{{\"{field}\":[{string.Join(',', Enumerable.Repeat(0, count))}]}}}}";
        Assert.That(Sentence(Entry(64)), Does.Contain("tensor 'a' lacks one of"));
        Assert.That(Sentence(Entry(65)), Does.Contain($"'{field}' of tensor 'a' holds more than 64 numbers"));
    }

    [Test]
    public void A_message_that_quotes_a_header_is_a_sentence() =>
        Assert.That(Sentence($"{{\"{new string('x', 1_000_000)}\":5}}"),
            Has.Length.LessThanOrEqualTo(LongSentence.Most).And.EndsWith("wanted a StartObject (the header is damaged)"));

    // Not by the first save, after hours.
    [Test]
    public void A_training_that_could_not_be_saved_says_so_before_its_first_update()
    {
        CharacterText text = CharacterText.From("she sells sea shells by the sea shore");
        var options = new CharacterOptions { Hidden = 4, Embedding = 3, Steps = 2, Batch = 1 };
        using var good = new CharacterTraining(text, Renamed("b"), options);
        Assert.That(good.RequireSaveable, Throws.Nothing);
        using var bad = new CharacterTraining(text, Renamed("b" + new string('y', LongestText)), options);
        Assert.That(bad.RequireSaveable, Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ246"));
    }

    private static CellDefinition Renamed(string bias)
    {
        Graph step = CellRegistry.Find("Elman").Step;
        var builder = new GraphBuilder();
        Value[] inputs =
            step.Inputs.Select(port => builder.Input(port.Name == "b" ? bias : port.Name, port.Type, port.Role, port.Init)).ToArray();
        return new CellDefinition(
            builder.Build("cell", "Renamed", [("h", builder.Inline(step, inputs)[step.Outputs[0].Value], OutputRole.Next)]));
    }

    private static string Sentence(string header)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "forged.safetensors");
        byte[] json = Encoding.UTF8.GetBytes(header), length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        File.WriteAllBytes(path, [.. length, .. json]);
        return Assert.Throws<CheckpointException>(() => Model.Load(path))!.Message;
    }

    private static string Text(string output) =>
        $"program P\n  input x: f32[2]\n  parameter w: f32[2] = zeros\n  %0: f32[2] = add x, w\n  return {output} = %0\n";

    private static Model Make(string text) => new(Parser.Parse(text), new Dictionary<string, int>());
}
