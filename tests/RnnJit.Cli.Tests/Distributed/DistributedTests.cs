namespace RnnJit.Cli.Tests.Distributed;

/// <summary>Trainings that mpirun starts: their files are those of one process with the same shards, byte for byte.</summary>
[Platform("Linux"), NonParallelizable]
public class DistributedTests
{
    private const string Small = "train --text text.txt --hidden 12 --embedding 6 --batch 12 --seq 6 --steps 20 --dropout 0.2 --sample 0 "
        + "--threads 1";

    // One folder for files that are compared, as a file names that of its text.
    private TemporaryFolder shared = null!;

    [OneTimeSetUp]
    public void Make()
    {
        shared = new TemporaryFolder();
        shared.Text();
    }

    [OneTimeTearDown]
    public void Remove() => shared.Dispose();

    [TestCase("openmpi", 4, 2)]
    [TestCase("openmpi", 4, 4)]
    [TestCase("openmpi", 6, 6)]
    [TestCase("openmpi", 1, 1)]
    [TestCase("mpich", 4, 2)]
    [TestCase("mpich", 4, 4)]
    [TestCase("mpich", 6, 3)]
    [TestCase("mpich", 1, 1)]
    public void Ranks_write_the_file_of_one_process(string mpi, int shards, int ranks)
    {
        Launcher launcher = Launcher.Of(mpi);
        launcher.Require();
        string cut = shards == 1 ? "" : $" --shards {shards}", one = $"one{shards}";
        if (!File.Exists(shared.File(one)))
            Assert.That(ToolProcess.Run($"$rnnjit {Small}{cut} --out {one}", shared.Path).Code, Is.Zero);
        string[] before = shared.Names;
        var (code, output, error) = ToolProcess.Run(
            $"{launcher.Ranks(ranks)} $rnnjit {Small}{(shards == ranks ? "" : cut)} --distributed --out many", shared.Path);
        Assert.That(code, Is.Zero, error);
        Assert.That(File.ReadAllBytes(shared.File("many")), Is.EqualTo(File.ReadAllBytes(shared.File(one))));
        Assert.That(output.Split('\n').Count(line => line.Contains("20/20", StringComparison.Ordinal)), Is.EqualTo(1), output);
        Assert.That(output, Does.Not.Contain("\u001b"));
        Assert.That(shared.Names.Except(before), Is.EquivalentTo(new[] { "many", "many.svg" }));
        File.Delete(shared.File("many"));
        File.Delete(shared.File("many.svg"));
    }

    // The second has the variables of an mpirun that used srun to reach the machines, the third those of a rank that srun started.
    [TestCase("openmpi", "", "mpirun")]
    [TestCase("mpich", "env SLURM_STEP_NUM_TASKS=2 ", "mpirun")]
    [TestCase("mpich", "env -u MPI_LOCALRANKID SLURM_STEP_NUM_TASKS=2 ", "srun")]
    public void A_signal_to_one_rank_ends_all_at_one_step_and_the_rest_follows(string mpi, string variables, string launch)
    {
        Launcher launcher = Launcher.Of(mpi);
        launcher.Require();
        using var folder = new TemporaryFolder();
        folder.Text();
        string endless = Small.Replace("--steps 20", "--steps 100000", StringComparison.Ordinal);
        using var training = Training.Start(
            $"{launcher.Ranks(2)} {variables}$rnnjit {endless} --distributed --out many", folder.Path);
        training.WaitUntil(() => training.Output.Contains("in 2 shards by 2 ranks", StringComparison.Ordinal), "The heading");
        int[] ranks = training.Ranks();
        Assert.That(ranks, Has.Length.EqualTo(2));
        Assert.That(ToolProcess.Kill(ranks[1], 15), Is.Zero);
        var (code, error) = training.End();
        Assert.That(code, Is.Not.Zero);
        Assert.That(error.Split('\n').Count(line => line.StartsWith("rnnjit: ", StringComparison.Ordinal)), Is.EqualTo(1), error);
        Assert.That(error, Does.Match(@"rnnjit: Interrupted after update \d+ of 100000; 'many' is written \(continue with: "
            + launch + @" -n 2 rnnjit train --distributed --resume many\)"));
    }

    [TestCase("openmpi")]
    [TestCase("mpich")]
    public void A_rank_that_fails_says_so_and_ends_all(string mpi)
    {
        Launcher launcher = Launcher.Of(mpi);
        launcher.Require();
        using var folder = new TemporaryFolder();
        folder.Text();
        Directory.CreateDirectory(folder.File("there"));
        string longer = Small.Replace("--steps 20", "--steps 400", StringComparison.Ordinal);
        using var training = Training.Start($"{launcher.Ranks(2)} $rnnjit {longer} --distributed --out there/many", folder.Path);
        training.WaitUntil(() => File.Exists(folder.File("there/many")), "A checkpoint");
        Directory.Move(folder.File("there"), folder.File("gone"));
        var (code, error) = training.End();
        Assert.That(code, Is.Not.Zero);
        string[] said = [.. error.Split('\n').Where(line => line.StartsWith("rnnjit: ", StringComparison.Ordinal))];
        Assert.That(said, Has.Length.EqualTo(1), error);
        Assert.That(said[0], Does.StartWith("rnnjit: Rank 0: 'there/many").And.Contain("could not be written"));
    }

    [TestCase("openmpi")]
    [TestCase("mpich")]
    public void Numbers_that_are_not_finite_stop_all_with_one_sentence(string mpi)
    {
        Launcher launcher = Launcher.Of(mpi);
        launcher.Require();
        using var folder = new TemporaryFolder();
        folder.Text();
        var (code, _, error) = ToolProcess.Run(
            $"{launcher.Ranks(2)} $rnnjit {Small} --lr 1e37 --clip 0 --optimizer sgd --distributed --out many", folder.Path);
        Assert.That(code, Is.EqualTo(1), error);
        string[] said = [.. error.Split('\n').Where(line => line.StartsWith("rnnjit: ", StringComparison.Ordinal))];
        Assert.That(said, Has.Length.EqualTo(1), error);
        Assert.That(said[0], Does.StartWith("rnnjit: Training stopped at step "));
    }
}
