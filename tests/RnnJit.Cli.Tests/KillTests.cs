using System.Diagnostics;

namespace RnnJit.Cli.Tests;

/// <summary>A sample of tests/kills/kills.py: a training that is killed within its writes and resumed.</summary>
[Platform(Exclude = "Win")]
public class KillTests
{
    private const int Kills = 5;

    [Test]
    public void Kills_within_writes_lose_nothing_and_the_last_file_is_that_of_an_unbroken_run()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        const string New = "train --text text.txt --hidden 64 --embedding 8 --batch 2 --seq 4 --steps 2000 --sample 0 --threads 1",
            Resume = "train --resume broken.safetensors --sample 0 --threads 1";
        Assert.That(ToolProcess.Run($"$rnnjit {New} --out whole.safetensors", folder.Path).Code, Is.Zero);
        int kills = 0, within = 0;
        for (int run = 0; kills < Kills && run < 4 * Kills; run++)
        {
            bool old = File.Exists(folder.File("broken.safetensors"));
            if (Killed(old ? Resume : New + " --out broken.safetensors", folder))
            {
                kills++;
                within += Leftovers(folder) > 0 ? 1 : 0;
            }
            else
                File.Delete(folder.File("broken.safetensors"));
            if (old && kills > 0 && File.Exists(folder.File("broken.safetensors")))
                Assert.That(CommandRun.Of("sample", folder.File("broken.safetensors"), "--length", "1").ExitCode, Is.Zero);
        }

        Assert.That(kills, Is.EqualTo(Kills));
        Assert.That(within, Is.Positive);
        var (code, _, error) = ToolProcess.Run(
            "$rnnjit " + (File.Exists(folder.File("broken.safetensors")) ? Resume : New + " --out broken.safetensors"), folder.Path);
        Assert.That(code, Is.Zero, error);
        Assert.That(File.ReadAllBytes(folder.File("broken.safetensors")), Is.EqualTo(File.ReadAllBytes(folder.File("whole.safetensors"))));
        Assert.That(Leftovers(folder), Is.Zero);
    }

    // Kills as soon as a write has begun; false where the training ended before.
    private static bool Killed(string arguments, TemporaryFolder folder)
    {
        using Process process = ToolProcess.Start($"exec $rnnjit {arguments}", folder.Path);
        process.StandardOutput.ReadLine();
        Task<string> rest = process.StandardOutput.ReadToEndAsync();
        while (!process.HasExited && Leftovers(folder) == 0)
        {
        }

        bool killed = !process.HasExited;
        process.Kill();
        process.WaitForExit();
        rest.Wait();
        return killed && process.ExitCode != 0;
    }

    private static int Leftovers(TemporaryFolder folder) => Directory.GetFiles(folder.Path, "*.tmp").Length;
}
