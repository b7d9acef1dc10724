using System.Runtime.InteropServices;

namespace RnnJit.Mpi;

/// <summary>
/// The binary interface of an MPI library: handles and thread levels. Handles are pointers to exported objects in
/// Open MPI, numbers in MPICH (MPICH ABI Compatibility Initiative) and in MPI 5.0 (chapter 20).
/// </summary>
/// <param name="Name">Named in messages.</param>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="InPlace">MPI_IN_PLACE.</param>
/// <param name="Funneled">MPI_THREAD_FUNNELED.</param>
internal sealed record MpiAbi(string Name, nint World, nint Byte, nint InPlace, int Funneled)
{
    private const string WorldSymbol = "ompi_mpi_comm_world", ByteSymbol = "ompi_mpi_byte";

    /// <summary>MPICH, Intel MPI, MVAPICH, Cray MPICH and Microsoft MPI.</summary>
    public static MpiAbi Mpich { get; } = new("MPICH", 0x44000000, 0x4c00010d, -1, 1);

    /// <summary>Of MPI 5.0, version 1.x.</summary>
    public static MpiAbi Standard { get; } = new("MPI 5", 0x101, 0x247, 1, 1024);

    // Words by which libraries of MPICH's interface name themselves.
    private static readonly string[] MpichNames = ["MPICH", "Intel(R) MPI", "MVAPICH", "Microsoft MPI", "MS-MPI"];

    /// <summary>The interface of a library that was loaded.</summary>
    /// <param name="symbol">The address of an exported symbol; 0 where there is none.</param>
    /// <param name="abiVersion">Major version of the standard's interface that the library says it has; null where it is not asked.</param>
    /// <param name="description">What the library says of itself.</param>
    /// <returns>null where it is none that is known.</returns>
    public static MpiAbi? Of(Func<string, nint> symbol, int? abiVersion, string description, string path)
    {
        if (symbol(WorldSymbol) is not 0 and var world && symbol(ByteSymbol) is not 0 and var bytes)
            return new MpiAbi("Open MPI", world, bytes, 1, 1);
        if (abiVersion == 1)
            return Standard;

        // Drafts of the standard's interface have other numbers, and the same description as the library's own interface.
        bool draft = Path.GetFileName(path).Contains("mpi_abi", StringComparison.Ordinal);
        return !draft && MpichNames.Any(name => description.Contains(name, StringComparison.OrdinalIgnoreCase)) ? Mpich : null;
    }

    /// <summary>The address of an exported symbol of a library; 0 where there is none.</summary>
    public static nint Export(nint library, string symbol) =>
        NativeLibrary.TryGetExport(library, symbol, out nint address) ? address : 0;
}
