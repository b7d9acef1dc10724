using System.Diagnostics;

namespace RnnJit.Cli.Tests;

/// <summary>Signals and closed outputs, with processes of the built tool.</summary>
[Platform(Exclude = "Win")]
public class InterruptionTests
{
    private const int Hangup = 1, Interrupt = 2, Terminate = 15;

    // After this time a command that saves nothing is ended.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const string Train =
        "train --text text.txt --out m.safetensors --hidden 8 --embedding 4 --batch 2 --seq 8 --steps 2000000 --sample 0 --threads 1";

    [TestCase(Interrupt), TestCase(Terminate), TestCase(Hangup)]
    public void A_signal_saves_the_training_and_ends_it(int signal)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        var (code, error, _) = ToolProcess.Signalled(signal, Train, folder.Path);
        Assert.That(code, Is.EqualTo(128 + signal), error);
        Assert.That(error, Does.StartWith("rnnjit: Interrupted ").And.Not.Contain("   at "));
        if (error.Contains("is written", StringComparison.Ordinal))
            Assert.That(CommandRun.Of("sample", folder.File("m.safetensors"), "--length", "1").ExitCode, Is.Zero);
    }

    // They do not look at the token themselves: the time after which the process is ended is their bound.
    [TestCase("bench serve"), TestCase("bench serve --isa 128")]
    public void A_signal_ends_a_command_that_waits(string arguments)
    {
        using var folder = new TemporaryFolder();
        var (code, error, time) = ToolProcess.Signalled(Terminate, arguments, folder.Path);
        Assert.That(code, Is.EqualTo(128 + Terminate), error);
        Assert.That(error, Does.Not.Contain("   at "));
        Assert.That(time, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    // A pipe that is full holds the training up in the middle of a save point, which the first signal waits for.
    [TestCase(Terminate, Interrupt)]
    public void A_second_signal_ends_the_process_at_once(int first, int second)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var folder = new TemporaryFolder();
            folder.Text();
            using Process process = ToolProcess.Start(
                """
                mkfifo out; exec 3<>out
                { read -r line <&3; dd if=/dev/zero of=out oflag=nonblock bs=4096 count=64; dd if=/dev/zero of=out oflag=nonblock bs=1; : > full; } 2>/dev/null &
                """ + $"\nexec $rnnjit {Train.Replace("2000000", "200000", StringComparison.Ordinal)} > out", folder.Path);
            try
            {
                Assert.That(() => File.Exists(folder.File("full")), Is.True.After(60_000, 20));
                WaitUntilIdle(process);
                Assert.That(ToolProcess.Kill(process.Id, first), Is.Zero);
                if (process.WaitForExit(Patience + TimeSpan.FromSeconds(0.5)) && attempt < 3)
                    continue;
                Assert.That(process.HasExited, Is.False, "the first signal waits for the save point, however long that takes");
                Assert.That(ToolProcess.Kill(process.Id, second), Is.Zero);
                Assert.That(process.WaitForExit(TimeSpan.FromSeconds(10)), "the second signal ends it");
                Assert.That(process.ExitCode, Is.EqualTo(128 + second));
                Assert.That(process.StandardError.ReadToEnd(), Is.Empty);
                return;
            }
            finally
            {
                process.Kill();
            }
        }
    }

    [Test]
    public void A_signal_that_nohup_ignores_stays_ignored()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        var (code, output, error) = ToolProcess.Run(
            $"trap '' HUP; $rnnjit {Train} > log & p=$!; while ! [ -s log ]; do sleep 0.1; done; kill -HUP $p; sleep 0.3; kill -0 $p && "
                + "echo alive; kill -TERM $p; wait $p",
            folder.Path);
        Assert.That(output, Does.Contain("alive"), error);
        Assert.That(code, Is.EqualTo(128 + Terminate), error);
    }

    [Test]
    public void A_reader_that_leaves_ends_the_writer_quietly()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        var (_, output, error) = ToolProcess.Run("$rnnjit explain lstm --training | head -1; echo ${PIPESTATUS[0]}", folder.Path);
        Assert.That(output.TrimEnd(), Does.EndWith("141").Or.EndWith("0"));
        Assert.That(error, Is.Empty);
        (_, output, error) = ToolProcess.Run($"$rnnjit {Train} | head -2 > lines; echo ${{PIPESTATUS[0]}}", folder.Path);
        Assert.That(output.TrimEnd(), Is.EqualTo("141"), error);
        Assert.That(error, Does.Contain("is written").And.Not.Contain("   at "));
        Assert.That(folder.Names, Does.Contain("m.safetensors"));
    }

    [TestCase("$rnnjit show lstm >&-", 0, "")]
    [TestCase("$rnnjit show lstm 2>&- >/dev/null", 0, "")]
    [TestCase("$rnnjit show lsmt >&- 2>&-", 2, "")]
    [TestCase("$rnnjit show lstm >/dev/full", 1,
        "rnnjit: Standard output could not be written: No space left on device (check where it leads)\n")]
    public void A_closed_or_full_output_gives_no_trace(string script, int code, string error)
    {
        using var folder = new TemporaryFolder();
        var run = ToolProcess.Run(script, folder.Path);
        Assert.That((run.Code, run.Error), Is.EqualTo((code, error)));
    }

    // Blocked: no processor time for a while, twice.
    private static void WaitUntilIdle(Process process)
    {
        for (int quiet = 0; quiet < 2 && !process.HasExited;)
        {
            TimeSpan before = process.TotalProcessorTime;
            Thread.Sleep(300);
            process.Refresh();
            quiet = !process.HasExited && process.TotalProcessorTime - before < TimeSpan.FromMilliseconds(15) ? quiet + 1 : 0;
        }
    }
}
