using System.Diagnostics;
using System.Text.Json;
using RnnJit.Cli.Commands;
using RnnJit.Cli.Layers;

namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>verify</c> with passes, vectors and threads that are not the usual ones.</summary>
public class VerifyTests
{
    // Products, lengths, normalisation, attention, two directions, masks of time, a training run.
    private static readonly string[] Varied =
        ["cells/peephole_lstm_len.json", "cells/layernorm_lstm_a.json", "cells/attention_luong_concat_masked.json", "rnn/gru_bi.json",
            "cells/clockwork_rnn_a.json", "cells/loss_ctc_sum_a.json", "optim/adagrad.json"];

    private static IEnumerable<string> Passes => LayerRequest.Passes.Keys;

    [TestCaseSource(nameof(Passes))]
    public void Reference_cases_pass_without_a_pass(string pass)
    {
        CommandRun run = CommandRun.Of(["verify", "golden", .. Files(Varied), "--without", pass, "--threads", "2"]);
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(run.Output,
            Does.EndWith($"{Varied.Length} passed, 0 failed, 0 skipped (without {pass}; threads: 2){Environment.NewLine}"));
    }

    [Test]
    public void Json_says_how_the_cases_ran()
    {
        CommandRun run =
            CommandRun.Of(["verify", "golden", .. Files(Varied[..1]), "--without", "fuse,merge-matmuls", "--threads", "1", "--json"]);
        JsonElement options = JsonDocument.Parse(run.Output).RootElement.GetProperty("options");
        Assert.That(options.GetProperty("threads").GetInt32(), Is.EqualTo(1));
        Assert.That(options.GetProperty("without").EnumerateArray().Select(pass => pass.GetString()),
            Is.EqualTo(["fuse", "merge-matmuls"]));
    }

    [Test]
    public void Narrow_vectors_are_those_of_a_process_of_its_own()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "verify", "golden", .. Files(Varied[..2]),
            "--isa", "128", "--json"])
        { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        JsonElement json = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        process.WaitForExit();
        Assert.That((process.ExitCode, json.GetProperty("passed").GetInt32(),
            json.GetProperty("options").GetProperty("vectorBits").GetInt32()), Is.EqualTo((0, 2, 128)));
    }

    [Test]
    public void Bad_input([Values("golden", "keras", "tflite")] string cases)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("case.json"), "{}");
        void Refused(string sentence, params string[] options) =>
            BadInputTests.Refused(CommandRun.Of(["verify", cases, folder.File("case.json"), .. options]), sentence);
        Refused("--without is 'magic', wanted one of reassociate-sums, simplify", "--without", "fuse,magic");
        Refused("--without is 'merge', which is called merge-matmuls now (change it)", "--without", "merge");
        Refused("--without is '', wanted one of reassociate-sums, simplify", "--without", "fuse,");
        Refused("--isa is 'avx9', wanted avx512, avx2, 128 (change it)", "--isa", "avx9");
        Refused("The number of threads is 5000, wanted 0 (one for each core) to 1024 (change it)", "--threads", "5000");
        Refused("--without has no meaning with --backend interpreter (leave it out)", "--backend", "interpreter", "--without", "fuse");
        Refused("--threads has no meaning with --backend interpreter (leave it out)", "--backend", "interpreter", "--threads", "1");
        Refused("--isa has no meaning with --backend interpreter (leave it out)", "--backend", "interpreter", "--isa", "128");
    }

    [Test]
    public void Cells_on_a_device_have_the_bits_of_the_cpu()
    {
        CommandRun run = CommandRun.Of("verify", "cells", "--only", "gru", "--precision", "f64", "--json");
        JsonElement root = JsonDocument.Parse(run.Output).RootElement;
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(root.GetProperty("passed").GetInt32(), Is.AtLeast(1));
        Assert.That(root.GetProperty("numbers").GetInt64(), Is.AtLeast(1000));
        foreach (JsonElement cell in root.GetProperty("cells").EnumerateArray())
            Assert.That(cell.GetProperty("Differing").GetInt64(), Is.Zero, cell.GetProperty("Cell").GetString());
    }

    // The negative control: the interpreter rounds at the end of each op, so that most numbers of float32 differ.
    [Test]
    public void Cells_that_differ_are_a_failure()
    {
        CommandRun run = CommandRun.Of("verify", "cells", "--only", "gru", "--device", "interpreter");
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failure), run.Output);
        Assert.That(run.Output, Does.Contain("Gru  FAIL"));
        BadInputTests.Refused(CommandRun.Of("verify", "cells", "--device", "cpu"),
            "--device is 'cpu', which cells are compared with (choose ilgpu-cpu or a GPU)");
        BadInputTests.Refused(CommandRun.Of("verify", "cells", "--device", "cuda:9"), "The device is 'cuda:9', wanted one of cpu, scalar");
        BadInputTests.Refused(CommandRun.Of("verify", "cells", "--only", "nothing"), "--only is 'nothing', which no cell's name holds");
    }

    [Test]
    public void Golden_cases_on_a_device_are_compared_with_the_cpu_too()
    {
        CommandRun run = CommandRun.Of(["verify", "golden", .. Files(Varied[..1]), "--device", "ilgpu-cpu"]);
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(run.Output, Does.Contain("1 passed, 0 failed, 0 skipped").And
            .Contain(" numbers of 'ilgpu-cpu' compared with the CPU's in equal lanes, 0 differ"));
    }

    private static IEnumerable<string> Files(string[] names)
    {
        string? root = Environment.GetEnvironmentVariable("RNNJIT_DATA");
        if (string.IsNullOrEmpty(root))
            Assert.Ignore(
                "RNNJIT_DATA is not set, so nothing is compared with the reference data (set it to the absolute path of their folder)");
        return names.Select(name => Path.Combine(root!, "golden", name));
    }
}
