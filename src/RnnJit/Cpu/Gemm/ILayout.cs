namespace RnnJit.Cpu.Gemm;

/// <summary>
/// How A lies under a micro-kernel. Where strides are known when it is compiled, several k share one step of its pointers: an operation a k less counts where another
/// thread has half of the core.
/// </summary>
internal interface ILayout
{
    /// <summary>Whether the columns of A are known, and B is a panel without gaps.</summary>
    static abstract bool IsFixed { get; }

    static abstract nint Row(nint row);

    static abstract nint Column(nint column, int rows);
}

/// <summary>Any strides.</summary>
internal readonly struct Strided : ILayout
{
    public static bool IsFixed => false;

    public static nint Row(nint row) => row;

    public static nint Column(nint column, int rows) => column;
}

/// <summary>Rows with contiguous columns.</summary>
internal readonly struct Lying : ILayout
{
    public static bool IsFixed => true;

    public static nint Row(nint row) => row;

    public static nint Column(nint column, int rows) => 1;
}

/// <summary>A tile as <see cref="PackRows"/> wrote it: its rows side by side at each k.</summary>
internal readonly struct PackedTile : ILayout
{
    public static bool IsFixed => true;

    public static nint Row(nint row) => 1;

    public static nint Column(nint column, int rows) => rows;
}
