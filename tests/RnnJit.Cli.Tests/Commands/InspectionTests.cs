using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using RnnJit.Cli.Layers;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Cli.Tests.Commands;

public class InspectionTests
{
    private static readonly string[] Stages = [.. CellStages.All.Select(stage => stage.Name)];

    [Test]
    public void Help_has_examples()
    {
        Assert.That(CommandRun.Of("--help").Output, Does.Contain("rnnjit train --text book.txt"));
        Assert.That(CommandRun.Of().Output, Is.EqualTo(CommandRun.Of("--help").Output));
        Assert.That(CommandRun.Of("train", "--help").Output,
            Does.Contain("--resume").And.Contain("rnnjit train --resume rnnjit.safetensors"));
    }

    [TestCaseSource(nameof(Stages))]
    public void Every_stage_prints_a_text_that_parses(string stage)
    {
        CommandRun run = CommandRun.Of("show", "GRU", "--after", stage);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(Parser.Parse(run.Output).Name, Is.EqualTo("Gru"));
    }

    [TestCase("differentiate", "hoist-and-sink", "contract[abc,dc->abd] x, layer0.W")]
    [TestCase("simplify-3", "merge-matmuls", "concat[0] layer0.")]
    public void A_stage_prints_what_it_made_itself(string before, string stage, string made)
    {
        string[] names = [.. Stages.SkipWhile(name => name != before).TakeWhile(name => name != stage)];
        Assert.That(names, Is.Not.Empty);
        foreach (string name in names)
            Assert.That(CommandRun.Of("show", "lstm", "--after", name).Output, Does.StartWith("program").And.Not.Contains(made), name);
        Assert.That(CommandRun.Of("show", "lstm", "--after", stage).Output, Does.Contain(made));
    }

    [Test]
    public void The_last_stage_is_a_plan_at_given_sizes()
    {
        string plan =
            CommandRun.Of("show", "gru", "--after", "plan", "--seq", "4", "--batch", "2", "--hidden", "8", "--training", "--verify").Output;
        Assert.That(plan, Does.StartWith("plan Gru f32 B=2 H=8 T=4").And.Contain(": f32[8, 8] parameter").And.Contain("scan 4 reverse").And
            .Contain("when parameters changed"));
        Assert.That(CommandRun.Of("show", "gru", "--after", "PLAN", "--lengths", "--precision", "f64", "--seq", "4").Output,
            Does.Contain("Gru f64").And.Contain("ended rows: copy"));
    }

    [TestCase("--after simplify2", "--after is 'simplify2', which is called simplify-2 now (change it)")]
    [TestCase("--after Merge", "--after is 'Merge', which is called merge-matmuls now (change it)")]
    [TestCase("--after fuse", "--after is 'fuse', wanted one of cell, program, differentiate, reassociate-sums,")]
    [TestCase("--after simplify --seq 4", "--seq has no meaning with --after simplify (leave it out)")]
    [TestCase("--after cell --lengths", "--lengths has no meaning with --after cell (leave it out)")]
    [TestCase("--after plan --schedule batch",
        "--schedule has no meaning with --after plan, since plans do not depend on it (leave it out)")]
    [TestCase("--after plan --optimiser adam", "--optimiser is for a training step (add --training)")]
    [TestCase("--after plan --training --optimiser adem",
        "--optimiser is 'adem', wanted one of adam, amsgrad, adamw, sgd, rmsprop, adagrad, adadelta (change it)")]
    [TestCase("--after fuse --optimiser adam", "--after is 'fuse'")]
    [TestCase("--after program --optimiser adam", "--optimiser has no meaning with --after program (leave it out)")]
    [TestCase("--after plan --batch 0", "--batch is 0, wanted at least 1 (change it)")]
    public void Stages_and_options_that_do_not_fit_are_refused(string line, string sentence) =>
        BadInputTests.Refused(CommandRun.Of(["show", "lstm", .. line.Split(' ')]), sentence);

    [Test]
    public void A_cell_can_be_an_ir_file()
    {
        using var folder = new TemporaryFolder();
        string text = CommandRun.Of("show", "elman").Output;
        File.WriteAllText(folder.File("mine.ir"), text.Replace("cell Elman", "cell Mine"));
        Graph shown = Parser.Parse(CommandRun.Of("show", folder.File("mine.ir")).Output);
        Assert.That(shown, Is.EqualTo(Parser.Parse(text) with { Name = "Mine" }));
    }

    [TestCase("simd", "")]
    [TestCase("scalar", "--training")]
    public void Kernels_are_printed_as_code(string dialect, string training)
    {
        CommandRun run = CommandRun.Of(["emit", "lstm", "--dialect", dialect, .. training.Length > 0 ? [training] : Array.Empty<string>()]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("struct Lstm1 : IKernel").And.Contain("Tanh"));
        BadInputTests.Refused(CommandRun.Of("emit", "lstm", "--dialect", "latin"),
            "--dialect is 'latin', wanted simd or scalar or ilgpu (change it)");
    }

    [TestCase("elman")]
    [TestCase("gruresetafter")]
    public void Gradients_agree(string cell)
    {
        CommandRun run = CommandRun.Of("gradcheck", cell, "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Output);
        using JsonDocument result = JsonDocument.Parse(run.Output);
        Assert.That(result.RootElement.GetProperty("passed").GetBoolean());
        Assert.That(result.RootElement.GetProperty("gradients").GetArrayLength(), Is.GreaterThanOrEqualTo(5));
    }

    // Detach stops the derivative on its way to the sequence, and to nothing else.
    [Test]
    public void One_wrong_gradient_among_right_ones_fails()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("Cut.cs"),
            "[RnnCell]\npublic static partial class Cut\n{\n    public static Value Step(Value x, Value h, Vector a, Vector b) => Tanh(a "
                + "* Detach(x) + b + h);\n}\n");
        CommandRun run = CommandRun.Of("gradcheck", folder.File("Cut.cs"), "--json");
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        using JsonDocument result = JsonDocument.Parse(run.Output);
        Assert.That(result.RootElement.GetProperty("passed").GetBoolean(), Is.False);
        Assert.That(
            result.RootElement.GetProperty("gradients").EnumerateArray().Where(gradient => !gradient.GetProperty("passed").GetBoolean())
                .Select(gradient => gradient.GetProperty("input").GetString()),
            Is.EqualTo(new[] { "x" }));
    }

    [Test]
    public void Doctor_names_vectors_and_cores()
    {
        Assert.That(CommandRun.Of("doctor").Output, Does.Contain("vectors").And.Contain("cores"));
        using JsonDocument result = JsonDocument.Parse(CommandRun.Of("doctor", "--json").Output);
        Assert.That(result.RootElement.GetProperty("cores").GetString(), Is.EqualTo(Environment.ProcessorCount.ToString()));
    }

    [Test]
    public void Doctor_says_in_words_whether_products_are_fused_and_a_run_warns_once()
    {
        if (!Fma.IsSupported)
            Assert.Ignore("This processor has no FMA3");
        Assert.That(CommandRun.Of("doctor").Output, Does.Contain("bits, with fused multiply-add"));

        using var folder = new TemporaryFolder();
        const string Commands = "export DOTNET_EnableAVX2=0; $rnnjit doctor && $rnnjit explain lstm --hidden 8 --seq 2 --training";
        var (code, output, error) = ToolProcess.Run(Commands, folder.Path);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("128 bits, without fused multiply-add"));
        Assert.That(error, Does.StartWith("rnnjit: warning RNNJ225: This process runs without fused multiply-add"));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }
}
