using System.Numerics;
using RnnJit.Cpu.Simd;

namespace RnnJit.Tests.Cpu.Simd;

[TestFixture(typeof(Scalar32), typeof(float))]
[TestFixture(typeof(Vec128F32), typeof(float))]
[TestFixture(typeof(Vec256F32), typeof(float))]
[TestFixture(typeof(Vec512F32), typeof(float))]
[TestFixture(typeof(Scalar64), typeof(double))]
[TestFixture(typeof(Vec128F64), typeof(double))]
[TestFixture(typeof(Vec256F64), typeof(double))]
[TestFixture(typeof(Vec512F64), typeof(double))]
public sealed unsafe class PartialAccessTests<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void A_partial_load_reads_n_elements_and_zeros()
    {
        var source = Enumerable.Range(1, V.Count + 3).Select(T.CreateTruncating).ToArray();
        for (int n = 0; n <= V.Count; n++)
        {
            var lanes = Lanes(V.LoadPartial(ref source[0], 2, n));
            for (int i = 0; i < V.Count; i++)
                Assert.That(lanes[i], Is.EqualTo(i < n ? source[i + 2] : T.Zero), $"n {n}, lane {i}");
        }
    }

    [Test]
    public void A_partial_store_writes_n_elements()
    {
        for (int n = 0; n <= V.Count; n++)
        {
            using var memory = new GuardedMemory<T>(n);
            V.StorePartial(V.Iota, ref *memory.Data, 0, n);
            for (int i = 0; i < n; i++)
                Assert.That(memory.Data[i], Is.EqualTo(T.CreateTruncating(i)));
            Assert.That(memory.Intact, $"n {n}");
        }
    }

    [Test]
    public void The_guard_sees_a_store_of_a_whole_vector()
    {
        using var memory = new GuardedMemory<T>(0);
        V.Store(V.Iota, ref *memory.Data, 0);
        Assert.That(memory.Intact, Is.False);
    }

    // The page behind the array cannot be touched: a read or write past the end would end the process.
    [Test]
    [Platform("Linux")]
    public void Partial_access_ends_before_a_forbidden_page()
    {
        int page = Environment.SystemPageSize;
        byte* pages = Pages.Map(null, (nuint)(2 * page), 3, 0x22, -1, 0);
        Assert.That((nint)pages, Is.Not.EqualTo((nint)(-1)));
        try
        {
            Assert.That(Pages.Protect(pages + page, (nuint)page, 0), Is.Zero);
            for (int n = 0; n <= V.Count; n++)
            {
                T* p = (T*)(pages + page) - n;
                V.StorePartial(V.Iota + V.Create(1), ref *p, 0, n);
                var lanes = Lanes(V.LoadPartial(ref *p, 0, n));
                for (int i = 0; i < V.Count; i++)
                    Assert.That(lanes[i], Is.EqualTo(i < n ? T.CreateTruncating(i + 1) : T.Zero));
            }
        }
        finally
        {
            _ = Pages.Unmap(pages, (nuint)(2 * page));
        }
    }

    [Test]
    public void Tail_and_full_access_agree_on_their_lanes()
    {
        var source = Enumerable.Range(1, V.Count).Select(T.CreateTruncating).ToArray();
        var full = Lanes(Full.Load<V, T>(ref source[0], 0, V.Count));
        Assert.That(full, Is.EqualTo(source));
        Assert.That(Lanes(Full.Keep<V, T>(V.Iota, V.Create(-1), 0)), Is.EqualTo(Lanes(V.Iota)));
        for (int n = 0; n <= V.Count; n++)
        {
            var kept = Lanes(Tail.Keep<V, T>(Tail.Load<V, T>(ref source[0], 0, n), V.Create(-1), n));
            for (int i = 0; i < V.Count; i++)
                Assert.That(kept[i], Is.EqualTo(i < n ? source[i] : -T.One));
        }
    }

    private static T[] Lanes(V v)
    {
        var lanes = new T[V.Count];
        V.Store(v, ref lanes[0], 0);
        return lanes;
    }
}
