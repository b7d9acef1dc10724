using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RnnJit.Mpi;

/// <summary>The functions of MPI that training needs. The library "mpi" is the one that was loaded; handles that are numbers of 32 bits
/// travel in the low half of a register.</summary>
internal static unsafe partial class MpiFunctions
{
    private const string Library = "mpi";

    [LibraryImport(Library, EntryPoint = "MPI_Init_thread")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int InitThread(nint argumentCount, nint arguments, int required, out int provided);

    [LibraryImport(Library, EntryPoint = "MPI_Initialized")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Initialized(out int flag);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_size")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int CommSize(nint communicator, out int size);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_rank")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int CommRank(nint communicator, out int rank);

    [LibraryImport(Library, EntryPoint = "MPI_Alltoall")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Alltoall(byte* send, int sendCount, nint sendType, byte* receive, int receiveCount, nint receiveType,
        nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Allgather")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Allgather(byte* send, int sendCount, nint sendType, byte* receive, int receiveCount, nint receiveType,
        nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Finalize")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int End();

    [LibraryImport(Library, EntryPoint = "MPI_Abort")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Abort(nint communicator, int code);
}
