using RnnJit.Files;

namespace RnnJit.Cli.Tests.Commands;

public class CheckpointTests
{
    [Test]
    public void A_truncated_checkpoint_is_refused_wherever_it_ends()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Trained(folder);
        for (int i = 0; i < 16; i++)
        {
            File.WriteAllBytes(folder.File("m.safetensors"), whole[..(whole.Length * i / 16)]);
            BadInputTests.Refused(CommandRun.Of("sample", folder.File("m.safetensors")), "");
        }
    }

    [Test]
    public void An_altered_checkpoint_is_refused_wherever_the_byte_is()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Trained(folder);
        var places = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            byte[] altered = [.. whole];
            int place = places.Next(altered.Length);
            altered[place] ^= 1;
            File.WriteAllBytes(folder.File("m.safetensors"), altered);
            CommandRun run = CommandRun.Of("sample", folder.File("m.safetensors"), "--length", "0");
            Assert.That(run.ExitCode, Is.EqualTo(2), $"byte {place}");
            Assert.That(File.ReadAllBytes(folder.File("m.safetensors")), Is.EqualTo(altered));
        }
    }

    [Test]
    public void A_foreign_file_is_no_checkpoint()
    {
        using var folder = new TemporaryFolder();
        SafetensorsFile.Write(folder.File("m.safetensors"), [new("w", SafetensorsTensor.From([1f, 2f], [2]))]);
        BadInputTests.Refused(CommandRun.Of("sample", folder.File("m.safetensors")), "is no checkpoint: its format is '', wanted 'rnnjit 1'");
        BadInputTests.Refused(CommandRun.Of("train", "--resume", folder.File("m.safetensors")), "is no checkpoint");
        BadInputTests.Refused(CommandRun.Of("sample", folder.File("none.safetensors")), "could not be read");
    }

    [Test]
    public void A_killed_training_leaves_a_whole_checkpoint_that_resumes()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        using var process = new System.Diagnostics.Process
        {
            StartInfo = new("dotnet", [typeof(CommandLine).Assembly.Location, "train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), "--steps", "100000", "--hidden", "4", "--embedding", "4", "--seq", "2", "--batch", "1"])
            {
                RedirectStandardOutput = true,
            },
        };
        process.Start();

        // 20 checkpoints in 100000 updates are far apart: the interrupted one of this process is the first.
        var wait = System.Diagnostics.Stopwatch.StartNew();
        process.StandardOutput.ReadLine();
        using (var kill = System.Diagnostics.Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(30)), wait.Elapsed.ToString());
        Assert.That(process.ExitCode, Is.EqualTo(130));
        Assert.That(CommandRun.Of("sample", folder.File("m.safetensors"), "--length", "5").ExitCode, Is.Zero);
        CommandRun resumed = CommandRun.InterruptedAt("Continuing", "train", "--resume", folder.File("m.safetensors"));
        Assert.That(resumed.ExitCode, Is.EqualTo(130), resumed.Error);
    }

    private static byte[] Trained(TemporaryFolder folder)
    {
        folder.Text();
        CommandRun run = CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), "--steps", "2", "--hidden", "4", "--embedding", "3", "--seq", "5", "--batch", "2", "--sample", "0");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return File.ReadAllBytes(folder.File("m.safetensors"));
    }
}
