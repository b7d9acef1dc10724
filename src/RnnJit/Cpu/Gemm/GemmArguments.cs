namespace RnnJit.Cpu.Gemm;

/// <summary>C[m, n] = start[m, n] + Σ_k A[m, k] · B[k, n]. Strides count elements and may be negative.</summary>
internal unsafe struct GemmArguments<T>
    where T : unmanaged
{
    /// <summary>Element A(0, 0); A(m, k) is at A + m · ARow + k · ACol.</summary>
    public T* A;

    public nint ARow;
    public nint ACol;

    /// <summary>Numbers of the columns of A that meet the K rows of a packed B; null: 0 to K − 1.</summary>
    public int* KIndices;

    /// <summary>The packed matrix, or element B(0, 0) of an unpacked one.</summary>
    public T* B;

    /// <summary>From B(k, 0) to B(k + 1, 0) of an unpacked B, whose rows are contiguous. Ignored for a packed one.</summary>
    public nint BRow;

    /// <summary>Element C(0, 0); rows are contiguous.</summary>
    public T* C;

    public nint CRow;
    public int M;
    public int N;
    public int K;

    /// <summary>True where panels of B are read from the last to the first: the last panels of the product before are still in the
    /// cache.</summary>
    public bool Backwards;

    /// <summary>Element (0, 0) of the initial value of the accumulators, with contiguous rows: C itself, or memory that
    /// does not overlap it; null: 0.</summary>
    public T* Start;

    /// <summary>Its row stride; 0: one row for all.</summary>
    public nint StartRow;

    /// <summary>Segments of the M rows; null: all rows are contiguous.</summary>
    public RowSegments* RowSegments;

    /// <summary>Contiguous rows.</summary>
    public readonly int RowsTogether => RowSegments == null ? M : RowSegments->Rows;
}

/// <summary>Segments of equally many rows, of which M is a multiple, with the strides between segments in A, C and the initial
/// value.</summary>
internal readonly record struct RowSegments(int Rows, nint A, nint C, nint Start);
