namespace RnnJit.Mpi.Tests;

/// <summary>The interface of a library by what it exports and says of itself.</summary>
public class MpiAbiTests
{
    private const string Mpich = "MPICH Version:      4.0.2";

    [Test]
    public void Open_MPI_is_known_by_its_symbols_and_its_handles_are_their_addresses()
    {
        // It answers −1 where it is asked for the standard's interface.
        MpiAbi? abi = MpiAbi.Of(symbol => symbol == "ompi_mpi_comm_world" ? 0x7000 : symbol == "ompi_mpi_byte" ? 0x8000 : 0, -1,
            "Open MPI v4.1.4, package: Debian OpenMPI", "libmpi.so.40");
        Assert.That(abi, Is.EqualTo(new MpiAbi("Open MPI", 0x7000, 0x8000, 1, 1)));
    }

    // Of mpi.h of MPICH 4.0 and of the MPI Forum's header of MPI 5.0.
    [TestCase(Mpich, "libmpich.so.12", null, "MPICH", 0x44000000, 0x4c00010d, -1, 1)]
    [TestCase("Intel(R) MPI Library 2021.10", "libmpi.so.12", null, "MPICH", 0x44000000, 0x4c00010d, -1, 1)]
    [TestCase("Microsoft MPI 10.1", "msmpi.dll", null, "MPICH", 0x44000000, 0x4c00010d, -1, 1)]
    [TestCase(Mpich, "libmpi_abi.so.1", 1, "MPI 5", 0x101, 0x247, 1, 1024)]
    [TestCase("A library that is new", "libmpi_abi.so.1", 1, "MPI 5", 0x101, 0x247, 1, 1024)]
    public void Others_are_known_by_their_version(string description, string path, int? version, string name, int world, int bytes,
        int inPlace, int funneled) =>
        Assert.That(MpiAbi.Of(_ => 0, version, description, path), Is.EqualTo(new MpiAbi(name, world, bytes, inPlace, funneled)));

    // A draft of the standard's interface has other numbers than the version 1, and MPICH's words.
    [TestCase(Mpich, "/usr/lib/libmpi_abi.so.0", null)]
    [TestCase(Mpich, "/usr/lib/libmpi_abi.so.0", 0)]
    [TestCase("A library that is new", "libmpi.so", null)]
    [TestCase("A library that is new", "libmpi.so", 2)]
    public void Others_are_refused(string description, string path, int? version) =>
        Assert.That(MpiAbi.Of(_ => 0, version, description, path), Is.Null);
}
