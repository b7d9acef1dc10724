namespace RnnJit.Cli.Tests.Documents;

/// <summary><c>bench/gpu/run.sh</c> with a stand-in for the tool: phases, resumption, table and exit code.</summary>
public class GpuScriptTests
{
    // Answers bench with times, everything else with an object; fails where a file 'broken' lies beside it.
    private const string Tool =
        """
        #!/usr/bin/env bash
        echo "$*" >> "$(dirname "$0")/calls"
        [ -e "$(dirname "$0")/broken" ] && [ "$1" = verify ] && exit 1
        [ "$1" = bench ] && echo '{"min":0.002,"median":0.003}' || echo '{}'
        """;

    private static string Script => Repository.File("bench/gpu/run.sh");

    [Test]
    public void Phases_run_once_and_failed_ones_again()
    {
        RequireBash();
        using var folder = new TemporaryFolder();
        folder.Text("tool");
        File.WriteAllText(folder.File("tool"), Tool);
        File.WriteAllText(folder.File("broken"), "");
        string run = $"chmod +x tool; env -u RNNJIT_DATA RNNJIT_TOOL=$PWD/tool bash '{Script}' --device ilgpu-cpu --out results";

        var (code, output, error) = ToolProcess.Run(run, folder.Path);
        Assert.That(code, Is.EqualTo(1), error);
        Assert.That(output, Does.Contain("cells: failed").And.Contain("doctor: passed").And
            .Contain("golden: not run: the reference data 'golden' are not there").And.Contain("peer: not run: it is for CUDA"));
        Assert.That(output, Does.Match(@"lstm +forward +25 +16 +512 +2\.000 +not run +-"));

        File.Delete(folder.File("broken"));
        File.Delete(folder.File("calls"));
        (code, output, error) = ToolProcess.Run(run, folder.Path);
        Assert.That(code, Is.Zero, output + error);
        Assert.That(output, Does.Contain("cells: passed (").And.Contain("doctor: passed before").And.Contain("bench: passed before"));
        Assert.That(File.ReadAllLines(folder.File("calls")),
            Is.EqualTo(new[] { "verify cells --device ilgpu-cpu --json", "verify cells --device ilgpu-cpu --precision f64 --json" }));
        Assert.That(System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder.File("results/summary.json"))).RootElement
            .GetProperty("bench").GetArrayLength(), Is.EqualTo(24));

        (code, _, error) = ToolProcess.Run(run.Replace("ilgpu-cpu", "cuda:0", StringComparison.Ordinal), folder.Path);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.StartWith("run.sh: 'results' holds results of 'ilgpu-cpu unknown', wanted 'cuda:0 unknown'"));
    }

    [TestCase("--only", "foo", "'foo' is no phase")]
    [TestCase("--seconds", "soon", "--seconds is 'soon', wanted a number")]
    [TestCase("--frob", "1", "'--frob' is no option")]
    public void Wrong_options_are_refused(string option, string value, string sentence)
    {
        RequireBash();
        using var folder = new TemporaryFolder();
        var (code, _, error) = ToolProcess.Run($"bash '{Script}' {option} {value}", folder.Path);
        Assert.That((code, error), Is.EqualTo((2, error)));
        Assert.That(error, Does.StartWith("run.sh: " + sentence));
        Assert.That(folder.Names, Is.Empty);
    }

    private static void RequireBash()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("The script is for Linux");
    }
}
