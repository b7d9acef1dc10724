namespace RnnJit.Cpu.Gemm;

/// <summary>C[m, n] = start[m, n] + Σ_k A[m, k] · B[k, n]. Strides count elements and may be negative.</summary>
internal unsafe struct GemmArguments<T>
    where T : unmanaged
{
    /// <summary>Element A(0, 0); A(m, k) is at A + m · ARow + k · ACol.</summary>
    public T* A;

    public nint ARow;
    public nint ACol;

    /// <summary>Which A(·, k) meet the K rows of a packed B, by number; null: those from 0 to K − 1.</summary>
    public int* KRows;

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

    /// <summary>Whether panels of B come from the last to the first: what the product before this one read last is still near.</summary>
    public bool Backwards;

    /// <summary>Element (0, 0) of what the chains start from, with contiguous rows: C itself, or what does not overlap it; null: 0.</summary>
    public T* Start;

    /// <summary>From row to row of it; 0: one row for all.</summary>
    public nint StartRow;

    /// <summary>How the M rows lie; null: all follow each other.</summary>
    public Stretches* Stretches;

    /// <summary>Rows that follow each other.</summary>
    public readonly int RowsTogether => Stretches == null ? M : Stretches->Rows;
}

/// <summary>Stretches of rows: each has so many, of which M is a multiple, and from one to the next it is so far in A, C and what the chains start from.</summary>
internal readonly record struct Stretches(int Rows, nint A, nint C, nint Start);
