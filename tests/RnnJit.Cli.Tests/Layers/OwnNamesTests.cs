using RnnJit.Cli.Layers;
using RnnJit.Jit;
using RnnJit.Runtime;

namespace RnnJit.Cli.Tests.Layers;

/// <summary>A cell may call its inputs as the tool calls those of a layer's Program.</summary>
public class OwnNamesTests
{
    private const string Inputs = """
        [RnnCell]
        public static partial class Taken
        {
            public static Value Step(Value loss, Value y, Value target, Value dy, Value lengths, Value h, Matrix W, Matrix U, Vector b) =>
                Tanh(W * loss + y * target + dy - lengths + U * h + b);
        }
        """;

    private const string Parameters = """
        [RnnCell]
        public static partial class Odd
        {
            public static Value Step(Value target, Value y, Matrix loss, Matrix dy, Vector lengths) => Tanh(loss * target + dy * y + lengths);
        }
        """;

    [TestCase("gradcheck CELL", "Taken: 9 of 9 gradients agree")]
    [TestCase("show CELL --after program --training", "input target_: f32[T, B, H]")]
    [TestCase("show CELL --after fold-accumulator-init --training", "program Taken")]
    [TestCase("emit CELL --training", "struct Taken1")]
    [TestCase("explain CELL --training --lengths", "GFLOP")]
    [TestCase("bench CELL --seq 4 --batch 2 --hidden 4 --seconds 0.01 --training", "RnnJit Taken")]
    [TestCase("bench CELL --seq 4 --batch 2 --hidden 4 --seconds 0.01 --lengths uniform", "")]
    public void Commands_read_a_cell_whose_inputs_have_all_names_of_a_layer(string line, string found)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("Taken.cs"), Inputs);
        CommandRun run = CommandRun.Of([.. line.Split(' ').Select(word => word == "CELL" ? folder.File("Taken.cs") : word)]);
        Assert.That(run.ExitCode, Is.Zero, run.Error + run.Output);
        Assert.That(run.Output, Does.Contain(found));
    }

    [Test]
    public void Inputs_of_the_layer_get_another_name_and_their_own_numbers()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("Taken.cs"), Inputs);
        BoundLayer layer = LayerBuilder.Run(new LayerRequest(
            CellFile.Load(folder.File("Taken.cs")))
        { Training = true, Lengths = true, Steps = 3, Batch = 2, Hidden = 4, Threads = 1 });
        Assert.That(layer.Ports, Is.EqualTo(new LayerPorts(Lengths: "lengths_", OutputGradient: "dy_")));
        using Executable executable = layer.ToExecutable();
        Assert.That(executable.Input("lengths_").Read<int>().ToArray(), Is.All.EqualTo(3));
        Assert.That(executable.Input("dy_").Read<float>().ToArray(), Is.All.EqualTo((float)LayerData.OutputGradient));
        foreach (string name in (string[])["loss", "y", "target", "dy", "lengths"])
            Assert.That(executable.Input(name).Read<float>().ToArray().Distinct().Count(), Is.GreaterThan(1), name);
        Assert.That(layer.Program.Outputs.Select(output => output.Name),
            Does.Contain("y").And.Contain("d_y").And.Contain("d_dy").And.Not.Contain("d_dy_"));
    }

    [Test]
    public void A_model_of_a_cell_with_such_names_trains_and_writes()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        File.WriteAllText(folder.File("Odd.cs"), Parameters);
        string file = folder.File("m.safetensors");
        CommandRun run = CommandRun.Of("train", "--cell", folder.File("Odd.cs"), "--text", folder.File("text.txt"), "--out", file,
            "--steps", "1", "--batch", "2", "--seq", "4", "--hidden", "4", "--sample", "0");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(CommandRun.Of("sample", file, "--length", "3").ExitCode, Is.Zero);
    }
}
