using System.Numerics;
using RnnJit.Cpu;

namespace RnnJit.Bench.Numerics;

/// <summary>Arguments over (0, 8] and room for results, apart by no multiple of 4 KB, so that no load seems to wait for a store.</summary>
internal sealed unsafe class MathData<T> : IDisposable
    where T : unmanaged, INumber<T>
{
    private readonly NativeBuffer memory = new(3L * MathCase.Length * sizeof(T) + 4096);

    public MathData()
    {
        for (int i = 0; i < MathCase.Length; i++)
            X[i] = T.CreateTruncating((i + 1) * 8.0 / MathCase.Length);
    }

    public T* X => (T*)memory.Data;

    public T* Y => X + MathCase.Length + 1024 / sizeof(T);

    public void Dispose() => memory.Dispose();
}
