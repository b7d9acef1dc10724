using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RnnJit.Training;

namespace RnnJit.Mpi;

/// <summary>The processes that an MPI launcher started. One thread, the one that calls <see cref="Start"/>, makes all calls.</summary>
public sealed unsafe class MpiRanks : IRanks, IDisposable
{
    // Counts of MPI are 32 bits; a piece of all ranks together stays below.
    private const int PieceBytes = 1 << 30;

    private readonly MpiLibrary library;
    private bool ended;

    private MpiRanks(MpiLibrary library)
    {
        this.library = library;
        NativeLibrary.SetDllImportResolver(typeof(MpiRanks).Assembly, (name, _, _) => name == "mpi" ? library.Handle : 0);
        Check(MpiFunctions.Initialized(out int initialized), "MPI_Initialized");
        if (initialized != 0)
            throw new RanksException("MPI was started in this process before (start it once)");
        Check(MpiFunctions.InitThread(0, 0, library.Abi.Funneled, out int provided), "MPI_Init_thread");
        if (provided < library.Abi.Funneled)
        {
            throw new RanksException($"{library.Description} allows no threads beside the one that calls it "
                + "(install a build with threads)");
        }

        Check(MpiFunctions.CommSize(library.Abi.World, out int count), "MPI_Comm_size");
        Check(MpiFunctions.CommRank(library.Abi.World, out int rank), "MPI_Comm_rank");
        (Count, Rank) = (count, rank);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Count { get; }

    internal MpiLibrary Library => library;

    /// <summary>The library, as it names itself.</summary>
    public string Description => library.Description;

    /// <summary>True at the first process of each machine by the launcher's variables: it says what went wrong before MPI was
    /// started.</summary>
    public static bool IsFirstOfMachine => MpiLauncher.LocalRank(Environment.GetEnvironmentVariable) == 0;

    /// <summary>Loads the library and starts MPI, once in the life of a process.</summary>
    /// <exception cref="RanksException">There is no library, or the launcher is one of another library.</exception>
    public static MpiRanks Start()
    {
        var ranks = new MpiRanks(MpiLibrary.Load());
        if (ranks.Count == 1 && MpiLauncher.Announced(Environment.GetEnvironmentVariable) is var (variable, announced))
        {
            ranks.Dispose();
            throw new RanksException($"The launcher announces {announced} ranks ({variable}), and {ranks.Description} in "
                + $"'{ranks.library.Name}' has one: the launcher is of another library "
                + $"(start with the mpirun of this one, or name the other one by {MpiLibrary.Variable})");
        }

        return ranks;
    }

    /// <inheritdoc/>
    public void AllToAll(ReadOnlySpan<byte> send, Span<byte> receive)
    {
        int block = Block(send.Length, receive.Length);
        if (send.Length > PieceBytes)
        {
            AllToAllInPieces(send, receive, block);
            return;
        }

        fixed (byte* from = send, to = receive)
            Check(MpiFunctions.Alltoall(from, block, library.Abi.Byte, to, block, library.Abi.Byte, library.Abi.World), "MPI_Alltoall");
    }

    /// <inheritdoc/>
    public void AllGather(ReadOnlySpan<byte> send, Span<byte> receive)
    {
        if (receive.Length != (long)send.Length * Count)
            throw new ArgumentException($"{receive.Length} bytes are to be received from {Count} ranks that send {send.Length} each");
        if (receive.Length > PieceBytes)
        {
            AllGatherInPieces(send, receive);
            return;
        }

        bool inPlace = !send.IsEmpty && Unsafe.AreSame(in send[0], in receive[Rank * send.Length]);
        fixed (byte* from = send, to = receive)
        {
            Check(MpiFunctions.Allgather(inPlace ? (byte*)library.Abi.InPlace : from, send.Length, library.Abi.Byte, to, send.Length,
                library.Abi.Byte, library.Abi.World), "MPI_Allgather");
        }
    }

    /// <summary>Ends all ranks at once, this one too.</summary>
    public void Abort(int code)
    {
        ended = true;
        _ = MpiFunctions.Abort(library.Abi.World, code);
    }

    /// <summary>Ends MPI; every rank calls it.</summary>
    public void Dispose()
    {
        if (ended)
            return;
        ended = true;
        Check(MpiFunctions.End(), "MPI_Finalize");
    }

    private void AllToAllInPieces(ReadOnlySpan<byte> send, Span<byte> receive, int block)
    {
        int most = PieceBytes / Count;
        byte[] from = new byte[most * Count], to = new byte[most * Count];
        for (int start = 0; start < block; start += most)
        {
            int length = Math.Min(most, block - start);
            for (int rank = 0; rank < Count; rank++)
                send.Slice((rank * block) + start, length).CopyTo(from.AsSpan(rank * length));
            AllToAll(from.AsSpan(0, length * Count), to.AsSpan(0, length * Count));
            for (int rank = 0; rank < Count; rank++)
                to.AsSpan(rank * length, length).CopyTo(receive.Slice((rank * block) + start, length));
        }
    }

    private void AllGatherInPieces(ReadOnlySpan<byte> send, Span<byte> receive)
    {
        int most = PieceBytes / Count;
        byte[] all = new byte[most * Count];
        for (int start = 0; start < send.Length; start += most)
        {
            int length = Math.Min(most, send.Length - start);
            AllGather(send.Slice(start, length), all.AsSpan(0, length * Count));
            for (int rank = 0; rank < Count; rank++)
                all.AsSpan(rank * length, length).CopyTo(receive.Slice((rank * send.Length) + start, length));
        }
    }

    private int Block(int sent, int received) => sent == received && sent % Count == 0
        ? sent / Count
        : throw new ArgumentException($"{sent} bytes are sent and {received} received by {Count} ranks, wanted blocks of one size");

    private static void Check(int code, string function)
    {
        if (code != 0)
            throw new RanksException($"{function} failed with the code {code} (look at the messages of MPI)");
    }
}
