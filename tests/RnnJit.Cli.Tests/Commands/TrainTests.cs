using System.Globalization;
using System.Text.Json;
using RnnJit.Runtime;

namespace RnnJit.Cli.Tests.Commands;

public class TrainTests
{
    private static readonly string[] Tiny = ["--hidden", "6", "--embedding", "4", "--batch", "2", "--sample", "20"];

    private static string[] Train(TemporaryFolder folder, string file, params string[] more) =>
        ["train", "--text", folder.File("text.txt"), "--out", folder.File(file), .. Tiny, .. more];

    [Test]
    public void Training_lowers_the_loss_and_writes_checkpoint_picture_and_sample()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        CommandRun run = CommandRun.Of(Train(folder, "m.safetensors", "--seq", "5", "--steps", "60", "--lr", "0.02", "--json"));

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        using JsonDocument result = JsonDocument.Parse(run.Output);
        JsonElement root = result.RootElement;

        // 7 different characters: a model that knows nothing has ln 7 = 1.95 nats.
        Assert.That(root.GetProperty("validation").GetProperty("nats").GetDouble(), Is.LessThan(1.5));
        Assert.That(root.GetProperty("training").GetProperty("bits").GetDouble(),
            Is.EqualTo(root.GetProperty("training").GetProperty("nats").GetDouble() / Math.Log(2)).Within(1e-12));
        Assert.That(root.GetProperty("sample").GetString(), Has.Length.EqualTo(20));
        Assert.That(root.GetProperty("updates").GetInt32(), Is.EqualTo(60));
        Assert.That(folder.Names, Is.EqualTo(new[] { "m.safetensors", "m.svg", "text.txt" }));
        Assert.That(File.ReadAllText(folder.File("m.svg")), Does.StartWith("<svg").And.Contain("validation"));
    }

    // A softmax adds rows in lanes, as many as the vectors of a CPU have; a device takes those it is given.
    [Test]
    public void A_device_trains_to_the_file_of_the_cpu()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        string[] options = ["--seq", "5", "--steps", "20", "--cell", "gru", "--dropout", "0.2"];
        Trained(folder, "cpu.safetensors", options);
        Trained(folder, "device.safetensors", [.. options, "--device", "ilgpu-cpu", "--row-lanes", Lanes]);
        Assert.That(File.ReadAllBytes(folder.File("device.safetensors")), Is.EqualTo(File.ReadAllBytes(folder.File("cpu.safetensors"))));
        CommandRun sample = CommandRun.Of("sample", folder.File("device.safetensors"), "--length", "5");
        Assert.That(sample.ExitCode, Is.Zero, sample.Error);
    }

    [Test]
    public void A_training_in_other_lanes_is_resumed_and_says_so()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        string[] options = ["--seq", "5", "--steps", "4"];
        string other = Lanes == "1" ? "2" : "1";
        Trained(folder, "device.safetensors", [.. options, "--device", "ilgpu-cpu", "--row-lanes", other]);
        string sentence = $"was trained with RowLanes {other} and goes on with {Lanes} on";
        CommandRun same = CommandRun.Of("train", "--resume", folder.File("device.safetensors"), "--device", "ilgpu-cpu");
        CommandRun cpu = CommandRun.Of("train", "--resume", folder.File("device.safetensors"));
        Assert.That(new[] { same.ExitCode, cpu.ExitCode }, Is.All.Zero, same.Error + cpu.Error);
        Assert.That(same.Error, Does.Not.Contain(sentence));
        Assert.That(cpu.Error, Does.Contain("RNNJ226").And.Contain(sentence));
        BadInputTests.Refused(CommandRun.Of("train", "--row-lanes", other),
            $"RowLanes is {other}, but the vectors of 'cpu' have {Lanes} (leave it at 0, or choose another device)");
        BadInputTests.Refused(CommandRun.Of("train", "--device", "ilgpu-cpu", "--row-lanes", "3"),
            "RowLanes is 3, wanted 1, 2, 4, 8 or 16 (change it, or leave it at 0)");
    }

    private static string Lanes => BackendRegistry.Of(Device.Cpu).RowLanes(new ExecutableOptions()).ToString(CultureInfo.InvariantCulture);

    private static void Trained(TemporaryFolder folder, string file, string[] options)
    {
        CommandRun run = CommandRun.Of(Train(folder, file, options));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    [Test]
    public void Without_a_gpu_auto_trains_on_the_cpu_and_says_so()
    {
        if (BackendRegistry.Names.Any(
            name => name.StartsWith("cuda", StringComparison.Ordinal) || name.StartsWith("opencl", StringComparison.Ordinal)))
            Assert.Ignore("There is a GPU");
        using var folder = new TemporaryFolder();
        folder.Text();
        string[] options = ["--seq", "5", "--steps", "4"];
        CommandRun plain = CommandRun.Of(Train(folder, "plain.safetensors", options)),
            auto = CommandRun.Of(Train(folder, "auto.safetensors", [.. options, "--device", "auto"]));
        Assert.That(auto.ExitCode, Is.Zero, auto.Error);
        Assert.That(auto.Error, Does.Contain("rnnjit: --device auto found no GPU (cuda, opencl); it runs on cpu"));
        Assert.That(plain.Error, Does.Not.Contain("GPU"));
        Assert.That(File.ReadAllBytes(folder.File("auto.safetensors")), Is.EqualTo(File.ReadAllBytes(folder.File("plain.safetensors"))));
    }

    [Test]
    public void A_device_that_cannot_train_as_asked_is_refused()
    {
        BadInputTests.Refused(CommandRun.Of("train", "--device", "tpu"), "The device is 'tpu', wanted one of cpu, scalar");
        BadInputTests.Refused(CommandRun.Of("train", "--device", "ilgpu-cpu", "--threads", "2"),
            "--threads has no meaning with --device ilgpu-cpu (leave it out)");
    }

    [TestCase("lstm", "--zoneout", "0.1", "--layer-norm", "--weight-norm", "--residual")]
    [TestCase("gru", "--recurrent-dropout", "0.1", "--variational-dropout", "0.1", "--drop-connect", "0.1")]
    public void Regularisation_changes_the_training_and_is_resumed(string cell, params string[] flags)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        string[] options = ["--steps", "40", "--cell", cell, "--layers", "2", "--seq", "8"];
        CommandRun plain = CommandRun.Of(Train(folder, "plain.safetensors", options)),
            whole = CommandRun.Of(Train(folder, "whole.safetensors", [.. options, .. flags]));
        CommandRun first = CommandRun.InterruptedAt(" 20/40 ", Train(folder, "half.safetensors", [.. options, .. flags]));
        Assert.That(first.ExitCode, Is.EqualTo(130), first.Error);
        CommandRun second = CommandRun.Of("train", "--resume", folder.File("half.safetensors"), "--out", folder.File("resumed.safetensors"),
            "--sample", "20");
        Assert.That(new[] { plain.ExitCode, whole.ExitCode, second.ExitCode }, Is.All.Zero, whole.Error);
        Assert.That(File.ReadAllBytes(folder.File("resumed.safetensors")), Is.EqualTo(File.ReadAllBytes(folder.File("whole.safetensors"))));
        Assert.That(whole.Output, Is.Not.EqualTo(plain.Output));
    }

    [Test]
    public void Redirected_output_has_plain_lines_only()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        CommandRun run = CommandRun.Of(Train(folder, "m.safetensors", "--seq", "5", "--steps", "4"));

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output.Where(c => char.IsControl(c) && c is not ('\n' or '\r')), Is.Empty);
        Assert.That(run.Output, Does.Contain("4/4  training ").And.Contain("validation ").And.Contain("bits").And
            .Contain("characters/s").And.Contain("It writes:"));
    }

    [TestCase("adam", "lstm", "0", "cosine")]
    [TestCase("sgd", "gru", "0.2", "onecycle")]
    [TestCase("amsgrad", "elman", "0", "plateau")]
    [TestCase("rmsprop", "elman", "0", "step")]
    [TestCase("adagrad", "elman", "0", "exponential")]
    [TestCase("adadelta", "elman", "0", "constant")]
    public void Interrupted_and_resumed_training_is_bit_for_bit_the_whole_one(string optimizer, string cell, string dropout,
        string schedule)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        string[] options = ["--steps", "40", "--optimizer", optimizer, "--cell", cell, "--dropout", dropout, "--schedule", schedule,
            "--layers", "2", "--seq", "8", .. schedule == "plateau" ? (string[])["--patience", "0", "--warmup", "3", "--lr", "0.5"] : []];
        CommandRun whole = CommandRun.Of(Train(folder, "whole.safetensors", options));
        CommandRun first = CommandRun.InterruptedAt(" 20/40 ", Train(folder, "half.safetensors", options));
        Assert.That(first.ExitCode, Is.EqualTo(130));
        Assert.That(first.Error, Does.Contain("Interrupted after update 20 of 40").And.Contain("--resume"));
        CommandRun second = CommandRun.Of("train", "--resume", folder.File("half.safetensors"), "--out", folder.File("resumed.safetensors"),
            "--sample", "20");

        Assert.That(whole.ExitCode, Is.Zero, whole.Error);
        Assert.That(second.ExitCode, Is.Zero, second.Error);
        Assert.That(File.ReadAllBytes(folder.File("resumed.safetensors")), Is.EqualTo(File.ReadAllBytes(folder.File("whole.safetensors"))));
        Assert.That(File.ReadAllBytes(folder.File("half.safetensors")),
            Is.Not.EqualTo(File.ReadAllBytes(folder.File("whole.safetensors"))));
    }

    [Test]
    public void Another_seed_gives_another_model()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        foreach (string seed in new[] { "1", "2" })
            CommandRun.Of(Train(folder, seed + ".safetensors", "--steps", "2", "--seed", seed));
        Assert.That(File.ReadAllBytes(folder.File("1.safetensors")), Is.Not.EqualTo(File.ReadAllBytes(folder.File("2.safetensors"))));
    }

    [Test]
    public void Back_propagation_can_reach_the_beginning()
    {
        using var folder = new TemporaryFolder();
        folder.Text(repeats: 4);
        CommandRun run = CommandRun.Of(Train(folder, "m.safetensors", "--seq", "0", "--epochs", "2", "--precision", "f64", "--json"));
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        using JsonDocument result = JsonDocument.Parse(run.Output);
        Assert.That(result.RootElement.GetProperty("updates").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public void Resuming_another_text_is_refused_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        CommandRun.Of(Train(folder, "m.safetensors", "--steps", "2"));
        byte[] before = File.ReadAllBytes(folder.File("m.safetensors"));
        folder.Text(repeats: 41);

        CommandRun run = CommandRun.Of("train", "--resume", folder.File("m.safetensors"));
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("was trained on another text than"));
        Assert.That(File.ReadAllBytes(folder.File("m.safetensors")), Is.EqualTo(before));
    }

    [Test]
    public void Divergence_is_said_and_the_last_checkpoint_stays()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        CommandRun run = CommandRun.Of(Train(folder, "m.safetensors", "--steps", "100", "--lr", "1e30", "--optimizer", "sgd", "--clip", "0",
            "--cell", "elmanrelu", "--schedule", "constant"));
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
        Assert.That(run.Error, Does.Match(
            @"^rnnjit: Training stopped at step \d+: the (loss|norm of the gradients) is -?(NaN|Infinity), "
                + @"first in '\w+'[^,]* of layer\d+ at time step \d+").And
            .Contain("lower the learning rate"));
    }

    // The name stands twice in the cell and four times in the Program, which is too long for a file then.
    [Test]
    public void A_program_that_could_not_be_saved_is_refused_before_training()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        string name = "b" + new string('y', 1_500_000);
        File.WriteAllText(folder.File("long.ir"), $"""
            cell Renamed
              input x: f32[B, X]
              state h: f32[B, H]
              parameter W: f32[H, X]
              parameter {name}: f32[H] = zeros
              %0: f32[B, H] = contract[ab,cb->ac] x, W
              %1: f32[B, H] = add %0, {name}
              %2: f32[B, H] = mul %1, h
              next h = %2

            """);
        CommandRun run = CommandRun.Of(Train(folder, "m.safetensors", "--seq", "5", "--steps", "2", "--cell", folder.File("long.ir")));
        BadInputTests.Refused(run, "characters where a file holds at most 4194304 (write repeated steps as a scan)");
        Assert.That(run.Output, Is.Empty);
        Assert.That(folder.Names, Is.EqualTo(new[] { "long.ir", "text.txt" }));
    }

    [Test]
    public void The_own_text_is_embedded()
    {
        string text = OwnText.Read().Characters.Length.ToString(CultureInfo.InvariantCulture);
        Assert.That(OwnText.Read().Length, Is.GreaterThan(200_000), text);
        Assert.That(OwnText.Read().Source, Is.EqualTo(OwnText.Source));
    }
}
