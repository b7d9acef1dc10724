namespace RnnJit.Cli.Tests;

/// <summary>Warnings of the library reach the tool's standard error, in its form.</summary>
[NonParallelizable]
public class WarningSinkTests
{
    // Rows that read each other, and a kernel that no other test has compiled: a warning is said once a process.
    private const string Reading = """
        cell WarnedByTool
          input x: f32[B, X]
          state h: f32[B, H]
          parameter W: f32[H, X] = glorot
          %0: f32[B, H] = contract[ab,cb->ac] x, W
          %1: f32[B, H] = mul %0, 0.734375
          %2: f32[B, B] = contract[ab,cb->ac] h, h
          %3: f32[B, H] = contract[ab,bc->ac] %2, h
          %4: f32[B, H] = mul %1, %3
          %5: f32[B, H] = tanh %4
          next h = %5

        """;

    [Test]
    public void Warnings_have_the_prefix_of_the_tool_and_its_safe_text_and_explain_names_the_loop()
    {
        using var folder = new TemporaryFolder();
        string cell = folder.File("mine.ir"), cache = folder.Text("kernels\u001b[31m");
        File.WriteAllText(cell, Reading);
        CommandRun run = CommandRun.Of("explain", cell, "--lengths", "--training", "--hidden", "4", "--seq", "3", "--batch", "2",
            "--kernel-cache", cache);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Match("scan, interpreted, .*a step pairs rows of B"));

        string[] lines = run.Error.TrimEnd().Split(Environment.NewLine);
        Assert.That(lines, Has.Length.EqualTo(2).And.All.StartsWith("rnnjit: warning RNNJ22"));
        Assert.That(lines, Has.One.StartsWith("rnnjit: warning RNNJ222: 'WarnedByTool': the loop over T is run by the interpreter"));
        Assert.That(lines,
            Has.One.StartsWith($"rnnjit: warning RNNJ223: The kernel cache '{cache.Replace("\u001b", "\\u001B")}' is not used: "));
    }
}
