namespace RnnJit.Cli.Tests.Distributed;

/// <summary>A training of four ranks of which one is killed, and which any number of ranks continues. tests/kills/ranks.py does the same
/// more often.</summary>
[Platform("Linux"), NonParallelizable]
public class RankKillTests
{
    private const string New = "train --text text.txt --hidden 16 --embedding 6 --batch 8 --seq 4 --steps 120 --dropout 0.2 --sample 0 "
        + "--threads 1 --shards 4";

    private const string Continue = @"rnnjit: Asked to end, and update \d+ is not complete after 0.5 s, as where a rank is lost; 'broken' "
        + @"holds update \d+ \(continue with: mpirun -n 4 rnnjit train --distributed --resume broken\)";

    // One folder, as a file names that of its text.
    private TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void Train_without_a_kill()
    {
        folder = new TemporaryFolder();
        folder.Text();
        var (code, _, error) = ToolProcess.Run($"$rnnjit {New} --out whole", folder.Path);
        Assert.That(code, Is.Zero, error);
    }

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [TestCase("openmpi", 0, 4)]
    [TestCase("openmpi", 1, 1)]
    [TestCase("openmpi", 2, 2)]
    [TestCase("openmpi", 3, 1)]
    [TestCase("mpich", 0, 2)]
    [TestCase("mpich", 1, 2)]
    [TestCase("mpich", 2, 1)]
    [TestCase("mpich", 3, 1)]
    public void A_killed_rank_ends_all_and_what_follows_is_the_unbroken_run(string mpi, int killed, int resumed)
    {
        Launcher launcher = Launcher.Of(mpi).Patient();
        launcher.Require();
        File.Delete(folder.File("broken"));
        using (var training = Training.Start($"{launcher.Ranks(4)} $rnnjit {New} --distributed --out broken", folder.Path))
        {
            training.WaitUntil(() => File.Exists(folder.File("broken")), "A checkpoint");
            int[] ranks = training.Ranks();
            Assert.That(ranks, Has.Length.EqualTo(4));
            Assert.That(ToolProcess.Kill(ranks[killed], 9), Is.Zero);
            var (code, error) = training.End();
            Assert.That(code, Is.Not.Zero);
            string[] said = [.. error.Split('\n').Where(line => line.Contains("rnnjit:", StringComparison.Ordinal))];
            if (mpi == "openmpi" && killed > 0)
                Assert.That(said, Has.Length.EqualTo(1).And.All.Match(Continue), error);
            else
                Assert.That(said, Is.Empty, error);
        }

        const string Resume = "train --resume broken --sample 0 --threads 1";
        string command = resumed == 1 ? $"$rnnjit {Resume}" : $"{launcher.Ranks(resumed)} $rnnjit {Resume} --distributed";
        var (ended, _, sentences) = ToolProcess.Run(command, folder.Path);
        Assert.That(ended, Is.Zero, sentences);
        Assert.That(File.ReadAllBytes(folder.File("broken")), Is.EqualTo(File.ReadAllBytes(folder.File("whole"))));
    }
}
