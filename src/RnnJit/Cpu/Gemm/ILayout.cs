using System.Runtime.CompilerServices;

namespace RnnJit.Cpu.Gemm;

/// <summary>
/// How A lies under a micro-kernel. Where strides are known when it is compiled, several k share one step of its pointers: an operation a k less counts where another
/// thread has half of the core. The numbers a kernel asks for are literals, so that an element is one address, without an operation of its own.
/// </summary>
internal unsafe interface ILayout
{
    /// <summary>Whether the columns of A are known, and B is a panel without gaps.</summary>
    static abstract bool IsFixed { get; }

    static abstract nint Row(nint row);

    /// <summary>From a k to the next, in a tile of some rows.</summary>
    static abstract nint Column(nint column, int height);

    /// <summary>The number that lies <paramref name="row"/> rows, which are <paramref name="rows"/> elements, and some columns behind a pointer; 0 columns where their stride is not known.</summary>
    static abstract T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged;
}

/// <summary>Any strides.</summary>
internal readonly unsafe struct Strided : ILayout
{
    public static bool IsFixed => false;

    public static nint Row(nint row) => row;

    public static nint Column(nint column, int height) => column;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged => a[rows];
}

/// <summary>Rows with contiguous columns.</summary>
internal readonly unsafe struct Lying : ILayout
{
    public static bool IsFixed => true;

    public static nint Row(nint row) => row;

    public static nint Column(nint column, int height) => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged => *(a + rows + column);
}

/// <summary>A tile as <see cref="PackRows"/> wrote it: its rows side by side at each k.</summary>
internal readonly unsafe struct PackedTile : ILayout
{
    public static bool IsFixed => true;

    public static nint Row(nint row) => 1;

    public static nint Column(nint column, int height) => height;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T At<T>(T* a, nint rows, int row, int column, int height)
        where T : unmanaged => a[row + (column * height)];
}
