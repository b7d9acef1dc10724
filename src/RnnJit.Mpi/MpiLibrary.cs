using System.Runtime.InteropServices;
using System.Text;
using RnnJit.Training;

namespace RnnJit.Mpi;

/// <summary>Finds and loads the MPI library of this machine.</summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>The environment variable that names the library, by path or by name.</summary>
    public const string Variable = "RNNJIT_MPI";

    // At least MPI_MAX_LIBRARY_VERSION_STRING of every library.
    private const int LongestDescription = 8192;

    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.40.dylib"],
        Mpich = ["libmpi.so.12", "libmpich.so.12", "libmpi.12.dylib", "libmpich.12.dylib", "msmpi.dll"],
        Standard = ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so", "libmpi_abi.dylib"];

    private MpiLibrary(string name, nint handle, MpiAbi abi, string description) =>
        (Name, Handle, Abi, Description) = (name, handle, abi, description);

    /// <summary>The name that it was found by.</summary>
    public string Name { get; }

    public nint Handle { get; }

    public MpiAbi Abi { get; }

    /// <summary>The first line of what it says of itself.</summary>
    public string Description { get; }

    /// <summary>Names in the order in which they are tried: those of the launcher's library first.</summary>
    /// <param name="variable">An environment variable's value; null where it is not set.</param>
    public static string[] Candidates(Func<string, string?> variable) =>
        variable(Variable) is { Length: > 0 } named ? [named]
        : variable("OMPI_COMM_WORLD_SIZE") is null && variable("PMI_SIZE") is not null ? [.. Mpich, .. OpenMpi, .. Standard]
        : [.. OpenMpi, .. Mpich, .. Standard];

    /// <exception cref="RanksException">There is none, or none whose interface is known.</exception>
    public static MpiLibrary Load()
    {
        string[] names = Candidates(Environment.GetEnvironmentVariable);
        foreach (string name in names)
        {
            if (TryLoad(name) is not 0 and var handle)
                return Known(name, handle);
        }

        throw new RanksException(names is [var only]
            ? $"The MPI library '{only}' that {Variable} names cannot be loaded (give the path of libmpi.so, or of libmpich.so)"
            : "No MPI library was found on this machine "
                + $"(install Open MPI or MPICH, such as Debian's openmpi-bin or mpich, or name the library by {Variable})");
    }

    private static nint TryLoad(string name) =>
        NativeLibrary.TryLoad(name, out nint handle) || NativeLibrary.TryLoad(name, typeof(MpiLibrary).Assembly, null, out handle)
            ? handle
            : 0;

    private static MpiLibrary Known(string name, nint handle)
    {
        string description = Describe(handle);
        string path = File.Exists(name) && new FileInfo(name).ResolveLinkTarget(returnFinalTarget: true) is { } target
            ? target.FullName
            : name;
        return MpiAbi.Of(symbol => MpiAbi.Export(handle, symbol), AbiVersion(handle), description, path) is { } abi
            ? new MpiLibrary(name, handle, abi, description)
            : throw new RanksException($"The library '{name}' has no interface that is known: it is {description}, wanted Open MPI, MPICH "
                + $"or a relative of it, or version 1 of MPI 5's interface (name another one by {Variable})");
    }

    // These two may be called before MPI_Init.
    private static string Describe(nint handle)
    {
        if (MpiAbi.Export(handle, "MPI_Get_library_version") is not 0 and var function)
        {
            byte* text = stackalloc byte[LongestDescription];
            int length = 0;
            if (((delegate* unmanaged[Cdecl]<byte*, int*, int>)function)(text, &length) == 0 && length is > 0 and < LongestDescription)
                return Encoding.UTF8.GetString(text, length).Split('\n', '\0')[0].Trim();
        }

        return "no library of MPI 3 or later";
    }

    private static int? AbiVersion(nint handle)
    {
        if (MpiAbi.Export(handle, "MPI_Abi_get_version") is var function && function == 0)
            return null;
        int major = -1, minor = -1;
        return ((delegate* unmanaged[Cdecl]<int*, int*, int>)function)(&major, &minor) == 0 ? major : null;
    }
}
