using System.Diagnostics;
using System.Globalization;
using RnnJit.Cli.Commands;
using RnnJit.Files;

namespace RnnJit.Cli.Tests.Commands;

public class CheckpointTests
{
    // A point of the loss curve, and a checkpoint, every twentieth of them.
    private const string Updates = "100000";

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
        BadInputTests.Refused(CommandRun.Of("sample", folder.File("m.safetensors")),
            "is no checkpoint: its format is '', wanted 'rnnjit 1'");
        BadInputTests.Refused(CommandRun.Of("train", "--resume", folder.File("m.safetensors")), "is no checkpoint");
        BadInputTests.Refused(CommandRun.Of("sample", folder.File("none.safetensors")), "could not be read");
    }

    [Test]
    public void A_terminated_training_writes_a_checkpoint_that_resumes()
    {
        using var folder = new TemporaryFolder();
        using Process process = Training(folder, points: 1);
        using (Process terminate = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            terminate.WaitForExit();
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.That(process.ExitCode, Is.EqualTo(143));
        Resumes(folder);
    }

    [Test]
    public void A_killed_training_leaves_a_whole_checkpoint_that_resumes()
    {
        using var folder = new TemporaryFolder();

        // At the second point the checkpoint of the first is there, and that of the second is perhaps being written.
        using Process process = Training(folder, points: 2);
        process.Kill(entireProcessTree: true);
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Resumes(folder);
    }

    // A training in a process of its own, some seconds from its end, that has come to a point of its loss curve. One thread:
    // steps this small only wait for others.
    private static Process Training(TemporaryFolder folder, int points)
    {
        folder.Text();
        var process = new Process
        {
            StartInfo = new("dotnet", [typeof(CommandLine).Assembly.Location, "train", "--text", folder.File("text.txt"), "--out",
                folder.File("m.safetensors"), "--steps", Updates, "--hidden", "4", "--embedding", "4", "--seq", "2", "--batch", "1",
                "--threads", "1"])
            {
                RedirectStandardOutput = true,
            },
        };
        process.Start();
        while (points > 0)
        {
            string? line = process.StandardOutput.ReadLine();
            Assert.That(line, Is.Not.Null, "the training ended");
            points -= line!.Contains("/" + Updates, StringComparison.Ordinal) ? 1 : 0;
        }

        return process;
    }

    // The checkpoint can write text, and its training goes on to the next point of its loss curve.
    private static void Resumes(TemporaryFolder folder)
    {
        Assert.That(CommandRun.Of("sample", folder.File("m.safetensors"), "--length", "5").ExitCode, Is.Zero);
        CommandRun resumed = CommandRun.InterruptedAt("/" + Updates, "train", "--resume", folder.File("m.safetensors"), "--threads", "1");
        Assert.That(resumed.ExitCode, Is.EqualTo(130), resumed.Error);
        Assert.That(resumed.Output, Does.StartWith("Continuing at update "));
    }

    private static byte[] Trained(TemporaryFolder folder)
    {
        folder.Text();
        CommandRun run = CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), "--steps", "2",
            "--hidden", "4", "--embedding", "3", "--seq", "5", "--batch", "2", "--sample", "0");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return File.ReadAllBytes(folder.File("m.safetensors"));
    }
}
