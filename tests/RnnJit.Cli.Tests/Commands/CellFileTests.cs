namespace RnnJit.Cli.Tests.Commands;

public class CellFileTests
{
    private static readonly string[] Documented = Directory.GetFiles(Repository.File("docs/cells"), "*.cs")
        .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToArray();

    [TestCaseSource(nameof(Documented))]
    public void A_documented_cell_has_right_gradients_and_learns(string file)
    {
        string cell = Repository.File("docs/cells/" + file);
        Assert.That(CommandRun.Of("gradcheck", cell).ExitCode, Is.Zero);

        using var folder = new TemporaryFolder();
        folder.Text();
        string[] train = ["train", "--text", folder.File("text.txt"), "--cell", cell, "--hidden", "8", "--embedding", "4", "--seq", "10",
            "--batch", "2", "--sample", "0", "--json", "--out"];
        double Loss(int steps, string name)
        {
            CommandRun run = CommandRun.Of([.. train, folder.File(name), "--steps", $"{steps}", "--lr", "0.02", "--schedule", "constant"]);
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            return System.Text.Json.JsonDocument.Parse(run.Output).RootElement.GetProperty("validation").GetProperty("nats").GetDouble();
        }

        Assert.That(Loss(80, "long.safetensors"), Is.LessThan(Loss(1, "short.safetensors") / 2));

        // The checkpoint needs the file no longer.
        Assert.That(CommandRun.Of("sample", folder.File("long.safetensors"), "--length", "10").ExitCode, Is.Zero);
    }

    [Test]
    public void A_cell_that_cannot_be_compiled_is_said_with_line_and_cure()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("Bad.cs"),
            "[RnnCell]\npublic static partial class Bad\n{\n    public static Value Step(Value x, Value h, Matrix W)\n    {\n"
                + "        Console.WriteLine(1);\n        return Tanh(W * x + h);\n    }\n}\n");
        CommandRun run = CommandRun.Of("show", folder.File("Bad.cs"));
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("Bad.cs(6,").And.Contain("RNNJ0").And.Contain("Console.WriteLine"));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase("show")]
    [TestCase("emit")]
    [TestCase("explain")]
    [TestCase("gradcheck")]
    [TestCase("bench", "--seconds", "0.01", "--seq", "2", "--batch", "2", "--hidden", "4")]
    [TestCase("train", "--hidden", "4", "--embedding", "4", "--seq", "5", "--batch", "2", "--steps", "1", "--sample", "0")]
    public void Warnings_about_a_cell_are_said_by_every_command(string command, params string[] more)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        File.WriteAllText(folder.File("Warns.cs"),
            "[RnnCell]\npublic static partial class Warns\n{\n    public static Value Step(Value x, Value h, Matrix W, [Dims(\"H\", "
                + "\"H\")] Matrix U, Vector r, [Dims(\"H\")] Vector idle) => Tanh(W * x + U * r * h);\n}\n");
        string[] arguments = command == "train"
            ? ["train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), "--cell", folder.File("Warns.cs"),
                .. more]
            : [command, folder.File("Warns.cs"), .. more];
        CommandRun run = CommandRun.Of(arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("Warns.cs(4,").And.Contain("warning RNNJ031").And.Contain("warning RNNJ032"));
    }

    [TestCase("Math.Tanh(h)", "(write Tanh without 'Math.': functions of Rnn take values, those of Math numbers)")]
    [TestCase("x * MathF.Exp(W * x)", "(write Exp without 'MathF.': functions of Rnn take values, those of MathF numbers)")]
    public void Functions_of_Math_in_a_step_have_a_cure(string expression, string cure)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("M.cs"),
            $"[RnnCell]\npublic static partial class M\n{{\n    public static Value Step(Value x, Value h, Matrix W) => {expression};\n"
                + $"}}\n");
        CommandRun run = CommandRun.Of("show", folder.File("M.cs"));
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("M.cs(4,").And.Contain(cure));
    }

    [Test]
    public void Missing_file() => BadInputTests.Refused(CommandRun.Of("show", "none.cs"), "'none.cs' does not exist (check the path)");
}
