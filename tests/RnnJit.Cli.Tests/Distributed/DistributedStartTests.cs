namespace RnnJit.Cli.Tests.Distributed;

/// <summary>Starts that cannot train: one sentence, exit code 2, nothing written.</summary>
[Platform("Linux")]
public class DistributedStartTests
{
    private const string Small = "train --text text.txt --hidden 8 --batch 12 --seq 6 --steps 4 --sample 0 --threads 1 --distributed "
        + "--out many";

    [TestCase("openmpi", 2, "--shards 6", "6 shards cannot be trained by 2 ranks, for all ranks must have 1, 2, 4, 8 or another power of "
        + "two of them (start 1, 3 or 6 ranks, or begin with another number of shards)")]
    [TestCase("mpich", 2, "--shards 8", "A batch of 12 rows cannot be cut into 8 equal shards (make the batch a multiple of 8, or choose "
        + "another number of shards)")]
    [TestCase("mpich", 2, "--shards 0", "--shards is 0, wanted 1 or more (change it)")]
    [TestCase("openmpi", 2, "--cell nothing.cs", null)]
    [TestCase("openmpi", 2, "--shards many", null)]
    public void Options_that_do_not_fit(string mpi, int ranks, string options, string? sentence)
    {
        Launcher launcher = Launcher.Of(mpi);
        launcher.Require();
        RequireRefused($"{launcher.Ranks(ranks)} $rnnjit {Small} {options}", sentence);
    }

    [Test]
    public void A_library_that_is_not_there() => RequireRefused($"RNNJIT_MPI=/nowhere/libmpi.so $rnnjit {Small}",
        "The MPI library '/nowhere/libmpi.so' that RNNJIT_MPI names cannot be loaded (give the path of libmpi.so, or of libmpich.so)");

    [Test]
    public void A_library_that_is_no_MPI() => RequireRefused($"RNNJIT_MPI=libc.so.6 $rnnjit {Small}",
        "The library 'libc.so.6' has no interface that is known: it is no library of MPI 3 or later, wanted Open MPI, MPICH or a relative "
            + "of it, or version 1 of MPI 5's interface (name another one by RNNJIT_MPI)");

    [Test]
    public void A_launcher_of_another_library()
    {
        Launcher.Of("openmpi").Require();
        Launcher.Of("mpich").Require();
        RequireRefused($"RNNJIT_MPI=libmpich.so.12 {Launcher.Of("openmpi").Ranks(2)} -x RNNJIT_MPI $rnnjit {Small}", null,
            "The launcher announces 2 ranks (OMPI_COMM_WORLD_SIZE), and MPICH Version:");
    }

    [Test]
    public void Shards_that_differ_from_the_files()
    {
        using var folder = new TemporaryFolder();
        string[] first = ["train", "--text", folder.Text(), "--hidden", "8", "--batch", "12", "--seq", "6", "--steps", "4", "--sample", "0",
            "--shards", "4", "--out", folder.File("file")];
        Assert.That(CommandRun.Of(first).ExitCode, Is.Zero);
        CommandRun other = CommandRun.Of("train", "--resume", folder.File("file"), "--shards", "2");
        Assert.That((other.ExitCode, other.Error), Is.EqualTo((ExitCode.Usage, $"rnnjit: --shards is 2, and '{folder.File("file")}' was "
            + "trained with 4, on which every later bit depends (leave --shards away)" + Environment.NewLine)));
        Assert.That(CommandRun.Of("train", "--resume", folder.File("file"), "--shards", "4", "--sample", "0").ExitCode, Is.Zero);
    }

    [TestCase("OMPI_COMM_WORLD_SIZE")]
    [TestCase("PMI_SIZE")]
    [TestCase("SLURM_STEP_NUM_TASKS")]
    public void A_launcher_without_the_option(string variable)
    {
        string plain = Small.Replace(" --distributed", "", StringComparison.Ordinal);
        RequireRefused($"{variable}=3 $rnnjit {plain}", $"A launcher started 3 processes ({variable}), and each would train by itself and "
            + $"write the same file (add --distributed to train together, or unset {variable})");
        using var folder = new TemporaryFolder();
        folder.Text();
        var (code, output, error) = ToolProcess.Run(
            $"{variable}=3 OMPI_COMM_WORLD_LOCAL_RANK=1 $rnnjit {plain}", folder.Path);
        Assert.That((code, output, error), Is.EqualTo((ExitCode.Usage, "", "")), "one process says it");
        Assert.That(folder.Names, Is.EqualTo(new[] { "text.txt" }));
    }

    [Test]
    public void A_launcher_of_one_process()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        string plain = Small.Replace(" --distributed", "", StringComparison.Ordinal);
        const string One = "OMPI_COMM_WORLD_SIZE=1 PMI_SIZE=1 SLURM_STEP_NUM_TASKS=1";
        Assert.That(ToolProcess.Run($"{One} $rnnjit {plain}", folder.Path).Code, Is.Zero);
    }

    // Code and data of an assembly are mapped when it is loaded.
    [TestCase("", false)]
    [TestCase(" --distributed", true)]
    public void Only_distributed_training_loads_MPI(string option, bool loads)
    {
        Launcher.Of("openmpi").Require();
        using var folder = new TemporaryFolder();
        folder.Text();
        using var training = Training.Start(
            $"$rnnjit train --text text.txt --hidden 8 --batch 4 --seq 6 --steps 1000000 --out many{option}", folder.Path);
        training.WaitUntil(() => training.Output.Contains("Lstm 1 x 8", StringComparison.Ordinal), "The heading");
        string mapped = training.Mapped();
        Assert.That((mapped.Contains("/RnnJit.Mpi.dll", StringComparison.Ordinal), mapped.Contains("/libmpi.so", StringComparison.Ordinal)),
            Is.EqualTo((loads, loads)));
        Assert.That(mapped, Does.Contain("/RnnJit.Runtime.dll"));
    }

    private static void RequireRefused(string command, string? sentence, string? start = null)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        var (code, _, error) = ToolProcess.Run(command, folder.Path);
        string[] said = [.. error.Split('\n').Where(line => line.StartsWith("rnnjit: ", StringComparison.Ordinal))];
        Assert.That(said, Has.Length.EqualTo(1), error);
        Assert.That(said[0], sentence is null ? Does.StartWith("rnnjit: " + start) : Is.EqualTo("rnnjit: " + sentence));
        Assert.That(code, Is.EqualTo(ExitCode.Usage), error);
        Assert.That(folder.Names, Is.EqualTo(new[] { "text.txt" }));
    }
}
