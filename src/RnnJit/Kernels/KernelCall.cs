using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RnnJit.Kernels;

/// <summary>
/// The address and row stride of one operand of a kernel. A vector that every row shares, and a scalar, have row stride 0.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct KernelOperand(void* data, nint rowStride)
{
    /// <summary>Element (0, 0).</summary>
    internal void* Data { get; } = data;

    /// <summary>Elements from one row to the next.</summary>
    internal nint RowStride { get; } = rowStride;
}

/// <summary>One call of a kernel: rows [0, Rows), columns [Start, End) of operands that have <see cref="Columns"/> columns. Operands are
/// the kernel's inputs, then its outputs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe ref struct KernelCall(ReadOnlySpan<KernelOperand> operands, int rows, int columns, int start, int end)
{
    private readonly ReadOnlySpan<KernelOperand> operands = operands;

    public int Rows { get; } = rows;

    /// <summary>The extent N of full rows.</summary>
    public int Columns { get; } = columns;

    public int Start { get; } = start;

    /// <summary>One past the last column. A kernel that reduces over rows is given all columns.</summary>
    public int End { get; } = end;

    /// <summary>Element (row, 0) of an operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Row<T>(int operand, int row)
        where T : unmanaged => ref Unsafe.AsRef<T>((T*)operands[operand].Data + (row * operands[operand].RowStride));

    /// <summary>One row of an operand, with bounds.</summary>
    public Span<T> Span<T>(int operand, int row, int length)
        where T : unmanaged => MemoryMarshal.CreateSpan(ref Row<T>(operand, row), length);
}
