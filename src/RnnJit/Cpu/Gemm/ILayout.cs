using System.Runtime.CompilerServices;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// Layout of A under a micro-kernel. Strides that are known at compile time let k be unrolled: an operation less per k counts where another
/// thread has half of the core. Arguments are literals, so that an element is one address, without an operation of its own.
/// </summary>
internal unsafe interface ILayout
{
    /// <summary>True where the column stride of A is known and B is a packed panel.</summary>
    static abstract bool IsFixed { get; }

    static abstract nint Row(nint row);

    /// <summary>Stride of k in a tile of some rows.</summary>
    static abstract nint Column(nint column, int height);

    /// <summary>The element <paramref name="row"/> rows, which are <paramref name="rows"/> elements, and some columns past a pointer; 0
    /// columns where their stride is not known.</summary>
    static abstract T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged;
}

/// <summary>Any strides.</summary>
internal readonly unsafe struct AnyStride : ILayout
{
    public static bool IsFixed => false;

    public static nint Row(nint row) => row;

    public static nint Column(nint column, int height) => column;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged => a[rows];
}

/// <summary>Unit stride along k.</summary>
internal readonly unsafe struct UnitStride : ILayout
{
    public static bool IsFixed => true;

    public static nint Row(nint row) => row;

    public static nint Column(nint column, int height) => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged => *(a + rows + column);
}

/// <summary>A tile packed by <see cref="PackRows"/>: its rows are contiguous at each k.</summary>
internal readonly unsafe struct PackedTile : ILayout
{
    public static bool IsFixed => true;

    public static nint Row(nint row) => 1;

    public static nint Column(nint column, int height) => height;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged => a[row + (column * height)];
}
