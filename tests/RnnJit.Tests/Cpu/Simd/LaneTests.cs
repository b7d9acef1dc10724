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
public sealed class LaneTests<V, T>
    where V : struct, ISimd<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private static readonly double[] Values =
        [0, -0.0, 1, -1, 0.1, 3, -7.25, 1e-30, 1e30, double.PositiveInfinity, double.NegativeInfinity, double.NaN, double.Epsilon];

    [Test]
    public void Binary_operations_act_as_on_one_element()
    {
        Binary("+", (a, b) => a + b, (a, b) => a + b);
        Binary("-", (a, b) => a - b, (a, b) => a - b);
        Binary("*", (a, b) => a * b, (a, b) => a * b);
        Binary("/", (a, b) => a / b, (a, b) => a / b);
        Binary("min", V.Min, T.Min);
        Binary("max", V.Max, T.Max);
        Binary("less", V.Less, (a, b) => a < b ? T.One : T.Zero);
        Binary("less or equal", V.LessOrEqual, (a, b) => a <= b ? T.One : T.Zero);
        Binary("equal", V.Equal, (a, b) => a == b ? T.One : T.Zero);
        Binary("select", (a, b) => V.Select(a, b, V.Create(5)), (a, b) => a != T.Zero ? b : T.CreateTruncating(5));
        Binary("select less", (a, b) => V.SelectLess(a, b, a, V.Create(5)), (a, b) => a < b ? a : T.CreateTruncating(5));
        Binary("multiply-add", (a, b) => V.MultiplyAdd(a, b, V.Create(0.3)), (a, b) => MultiplyAdd(a, b, T.CreateTruncating(0.3)));
        Binary("add product", (a, b) => WithProduct(V.Create(0.3), a, b), (a, b) => MultiplyAdd(a, b, T.CreateTruncating(0.3)));
        Binary("multiply-subtract", (a, b) => V.MultiplySubtract(a, b, V.Create(0.3)),
            (a, b) => MultiplyAdd(-a, b, T.CreateTruncating(0.3)));
        Binary("at most", (a, _) => V.AtMost(a, V.Create(3)), (a, _) => T.IsNaN(a) ? a : T.Min(a, T.CreateTruncating(3)));
        Binary("clamp", (a, _) => V.Clamp(a, V.Create(-2), V.Create(3)),
            (a, _) => T.IsNaN(a) ? a : T.Clamp(a, T.CreateTruncating(-2), T.CreateTruncating(3)));
        Binary("negate", (a, _) => -a, (a, _) => -a);
        Binary("abs", (a, _) => V.Abs(a), (a, _) => T.Abs(a));
        Binary("floor", (a, _) => V.Floor(a), (a, _) => T.Floor(a));
        Binary("sqrt", (a, _) => V.Sqrt(a), (a, _) => T.Sqrt(a));
    }

    private static V WithProduct(V sum, V a, V b)
    {
        V.AddProduct(ref sum, a, b);
        return sum;
    }

    [Test]
    public void The_comparison_of_lanes_finds_a_wrong_operation() =>
        Assert.That(() => Binary("wrong", V.Min, T.Max), Throws.TypeOf<InvalidOperationException>());

    [Test]
    public void Sum_and_max_reduce_all_lanes()
    {
        int n = V.Count;
        Assert.That(V.Sum(V.Iota), Is.EqualTo(T.CreateTruncating(n * (n - 1) / 2)));
        Assert.That(V.Max(V.Iota), Is.EqualTo(T.CreateTruncating(n - 1)));
        Assert.That(V.Max(-V.Iota), Is.EqualTo(T.Zero));
        var lanes = new T[n];
        lanes[n - 1] = T.NaN;
        Assert.That(T.IsNaN(V.Max(V.Load(ref lanes[0], 0))));
    }

    [Test]
    public void Broadcast_fills_all_lanes() => Assert.That(Lanes(V.Broadcast(T.Pi)), Is.All.EqualTo(T.Pi));

    private static T MultiplyAdd(T a, T b, T c) => V.HasFma ? T.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    private static void Binary(string name, Func<V, V, V> vector, Func<T, T, T> one)
    {
        // Every pair meets every lane.
        for (int shift = 0; shift < Values.Length; shift++)
        {
            for (int start = 0; start < Values.Length; start++)
            {
                var a = new T[V.Count];
                var b = new T[V.Count];
                for (int i = 0; i < V.Count; i++)
                {
                    a[i] = T.CreateTruncating(Values[(start + i) % Values.Length]);
                    b[i] = T.CreateTruncating(Values[(start + i + shift) % Values.Length]);
                }

                var y = Lanes(vector(V.Load(ref a[0], 0), V.Load(ref b[0], 0)));
                for (int i = 0; i < V.Count; i++)
                {
                    T expected = one(a[i], b[i]);
                    bool same = y[i].Equals(expected) && (T.IsNaN(expected) || T.IsNegative(y[i]) == T.IsNegative(expected));
                    if (!same)
                        throw new InvalidOperationException($"{name}({a[i]}, {b[i]}) is {y[i]} in lane {i}, not {expected}");
                }
            }
        }
    }

    private static T[] Lanes(V v)
    {
        var lanes = new T[V.Count];
        V.Store(v, ref lanes[0], 0);
        return lanes;
    }
}
