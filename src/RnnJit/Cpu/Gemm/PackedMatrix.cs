namespace RnnJit.Cpu.Gemm;

/// <summary>Memory of <see cref="Gemm.PackedLength{T}"/> elements that holds a packed B of N columns and K rows.</summary>
internal readonly unsafe struct PackedMatrix<T>(T* data, int n, int k)
    where T : unmanaged
{
    public T* Data => data;

    public int N => n;

    public int K => k;
}

/// <summary>A matrix to be packed: element (n, k) is at Data + n · NStride + k · KStride.</summary>
internal readonly unsafe struct PackSource<T>(T* data, nint nStride, nint kStride, int n, int k)
    where T : unmanaged
{
    public T* Data => data;

    public nint NStride => nStride;

    public nint KStride => kStride;

    public int N => n;

    public int K => k;
}
