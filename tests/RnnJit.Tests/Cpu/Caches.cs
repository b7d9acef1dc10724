using RnnJit.Cpu;

namespace RnnJit.Tests.Cpu;

/// <summary>Runs products as on a machine with other caches, with the same results.</summary>
internal readonly struct Caches : IDisposable
{
    private readonly CacheSizes before;

    public Caches(CacheSizes sizes)
    {
        before = CacheSizes.OfThisMachine;
        CacheSizes.OfThisMachine = sizes;
    }

    public void Dispose() => CacheSizes.OfThisMachine = before;
}
