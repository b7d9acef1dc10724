using System.Diagnostics;
using System.Globalization;

namespace RnnJit.Cli.Tests.Documents;

/// <summary>The programs under samples/, run as a user runs them.</summary>
public class SampleTests
{
    [Test]
    public void A_saved_model_of_one_sample_is_run_by_the_other()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("parity.safetensors");
        Assert.That(Run("Training", path).Output, Does.Contain("epoch  1: ").And.Contain($"saved as {path}"));
        string[] lines = Run("Inference", path).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines[0], Does.StartWith("Parity, 338 parameters, trained on bit strings"));
        foreach (string line in lines[1..])
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(words[1], Is.EqualTo(words[0].Count(bit => bit == '1') % 2 == 1 ? "odd" : "even"), line);
        }
    }

    [Test]
    public void A_model_that_is_missing_gets_a_sentence()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Run("Inference", folder.File("none"));
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("is missing (run the sample Training first"));
    }

    [Test]
    public void Streams_allocate_nothing_and_follow_their_input()
    {
        string output = Run("Streaming").Output;
        Assert.That(output, Does.StartWith("2,000 steps allocated 0 bytes"));
        Assert.That(output, Does.Contain("a stream of ones stands at 1.000, one of zeros and ones at 0.5"));
    }

    [Test]
    public void A_state_dict_of_PyTorch_runs()
    {
        string[] lines = Run("PyTorch").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(8));
        Assert.That(lines[0], Is.EqualTo("t = 0: -0.08622  0.09109 -0.19300  0.02808"));
    }

    [Test]
    public void A_stream_is_learnt_again_after_it_has_changed()
    {
        double[] errors = [.. Run("Online").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line.Split("error ")[1].Split(',')[0], CultureInfo.InvariantCulture))];
        Assert.That(errors, Has.Length.EqualTo(10));
        Assert.That(errors[5], Is.GreaterThan(2 * errors[4]), "the change is no surprise");
        Assert.That(errors[9], Is.LessThan(errors[5] / 4));
    }

    [Test]
    public void The_list_names_every_sample()
    {
        string list = File.ReadAllText(Repository.File("samples/README.md"));
        foreach (string folder in Directory.GetDirectories(Repository.File("samples"))
            .Where(folder => File.Exists(Path.Combine(folder, "Program.cs"))))
            Assert.That(list, Does.Contain($"]({Path.GetFileName(folder)}/Program.cs)"));
    }

    private static (int Code, string Output, string Error) Run(string sample, params string[] arguments)
    {
        // bin/Debug/net10.0 of the tests, and so of the sample.
        string[] place = TestContext.CurrentContext.TestDirectory.Split(Path.DirectorySeparatorChar);
        string program = Repository.File(Path.Combine("samples", sample, "bin", place[^2], place[^1], sample + ".dll"));
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Result.ReplaceLineEndings("\n"), error);
    }
}
