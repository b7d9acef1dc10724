namespace RnnJit.Mpi.Tests;

/// <summary>Libraries and ranks by the variables of launchers.</summary>
public class MpiLauncherTests
{
    [TestCase("", "libmpi.so.40")]
    [TestCase("OMPI_COMM_WORLD_SIZE=2", "libmpi.so.40")]
    [TestCase("PMI_SIZE=2", "libmpi.so.12")]
    [TestCase("PMI_SIZE=2 OMPI_COMM_WORLD_SIZE=2", "libmpi.so.40")]
    [TestCase("SLURM_NTASKS=2", "libmpi.so.40")]
    public void The_library_of_the_launcher_is_tried_first_and_that_of_the_standard_last(string variables, string first)
    {
        string[] names = MpiLibrary.Candidates(Variables(variables));
        Assert.That(names, Has.Length.GreaterThan(5));
        Assert.That((names[0], names[^1]), Is.EqualTo((first, "libmpi_abi.dylib")));
    }

    [Test]
    public void A_library_that_is_named_is_the_only_one() =>
        Assert.That(MpiLibrary.Candidates(Variables("RNNJIT_MPI=/opt/libmpi.so PMI_SIZE=2")), Is.EqualTo(new[] { "/opt/libmpi.so" }));

    [TestCase("OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_SIZE", 4)]
    [TestCase("PMI_SIZE=3", "PMI_SIZE", 3)]
    [TestCase("SLURM_NTASKS=16 PMI_SIZE=2", "SLURM_NTASKS", 16)]
    public void A_launcher_announces_its_ranks(string variables, string variable, int ranks) =>
        Assert.That(MpiLauncher.Announced(Variables(variables)), Is.EqualTo((variable, ranks)));

    [TestCase("")]
    [TestCase("OMPI_COMM_WORLD_SIZE=1 SLURM_NTASKS=1")]
    [TestCase("SLURM_NTASKS=many")]
    public void Others_announce_none(string variables) => Assert.That(MpiLauncher.Announced(Variables(variables)), Is.Null);

    [TestCase("", 0)]
    [TestCase("OMPI_COMM_WORLD_LOCAL_RANK=3", 3)]
    [TestCase("MPI_LOCALRANKID=1", 1)]
    [TestCase("SLURM_LOCALID=2", 2)]
    public void A_process_has_a_number_on_its_machine(string variables, int rank) =>
        Assert.That(MpiLauncher.LocalRank(Variables(variables)), Is.EqualTo(rank));

    private static Func<string, string?> Variables(string text)
    {
        Dictionary<string, string> values = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return name => values.GetValueOrDefault(name);
    }
}
