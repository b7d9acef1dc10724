using RnnJit.Cpu.Gemm;
using RnnJit.Cpu.Simd;
using RnnJit.Runtime;
using Product = RnnJit.Cpu.Gemm.Gemm;

namespace RnnJit.Tests.Cpu.Gemm;

[TestFixture(128)]
[TestFixture(256)]
[TestFixture(512)]
[NonParallelizable]
public sealed unsafe class StoredTests(int width)
{
    private Widths scope;

    [OneTimeSetUp]
    public void SetWidth() => scope = new Widths(width);

    [OneTimeTearDown]
    public void RestoreWidth() => scope.Dispose();

    [Test]
    public void Every_finite_pattern_of_16_bits_is_the_number_it_stands_for()
    {
        switch (width)
        {
            case 128: Patterns<Vec128F32>(); break;
            case 256: Patterns<Vec256F32>(); break;
            default: Patterns<Vec512F32>(); break;
        }
    }

    [TestCase(0f, 0)]
    [TestCase(-0f, 0x8000)]
    [TestCase(1f, 0x3F80)]
    [TestCase(1.00390625f, 0x3F80, Description = "halfway, down to even")]
    [TestCase(1.01171875f, 0x3F82, Description = "halfway, up to even")]
    [TestCase(1.0039064f, 0x3F81)]
    [TestCase(float.MaxValue, 0x7F80)]
    [TestCase(float.NegativeInfinity, 0xFF80)]
    public void Brain_floats_round_to_nearest_even(float value, int bits) => Assert.That(StoredNumber.BFloat16(value), Is.EqualTo(bits));

    [Test]
    public void Products_are_those_of_weights_rounded_beforehand(
        [Values(WeightStorage.Half, WeightStorage.BFloat16)] WeightStorage storage, [Values(1, 2, 5, 14)] int m,
        [Values(1, 16, 37, 200)] int n, [Values(1, 24, 300)] int k, [Values] bool accumulate)
    {
        var random = new Random(3);
        float[] a = Draw(random, m * k), b = Draw(random, k * n), found = Draw(random, m * n);
        float[] wanted = [.. found], rounded = [.. b.Select(value => Round(value, storage))];
        var packed = new float[Product.PackedLength<float>(n, k)];
        var stored = new ushort[packed.Length];
        Array.Fill(stored, (ushort)0x7FFF);
        int panels = Product.Panels<float>(n);
        fixed (float* pa = a, pb = b, pr = rounded, pp = packed, pf = found, pw = wanted)
        fixed (ushort* ps = stored)
        {
            // In two parts, as weights that stand side by side are packed.
            int half = n / 2;
            Product.PackStored(new PackSource<float>(pb, 1, n, half, k), ps, n, k, 0, 0, 0, panels, storage, "W");
            Product.PackStored(new PackSource<float>(pb + half, 1, n, n - half, k), ps, n, k, half, 0, 0, panels, storage, "W");
            Product.Pack(new PackSource<float>(pr, 1, n, n, k), new PackedMatrix<float>(pp, n, k), 0, 0, 0, panels);
            var g = new GemmArguments<float>
            {
                A = pa,
                ARow = k,
                ACol = 1,
                B = pp,
                C = pw,
                CRow = n,
                M = m,
                N = n,
                K = k,
                Start = accumulate ? pw : null,
                StartRow = n
            };
            Product.Multiply(g, 0, panels);
            g.B = (float*)ps;
            g.C = pf;
            g.Start = accumulate ? pf : null;
            Product.Multiply(g, 0, panels / 2, storage);
            Product.Multiply(g with { Backwards = true }, panels / 2, panels, storage);
        }

        Assert.That(found.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(wanted.Select(BitConverter.SingleToInt32Bits)));
    }

    [TestCase(65520f)]
    [TestCase(float.NaN)]
    [TestCase(float.NegativeInfinity)]
    public void What_has_no_finite_half_is_refused(float value)
    {
        Assert.That(PackOne(65519f), Is.EqualTo(0x7BFF), "65504, the largest half");
        var thrown = Assert.Throws<ArgumentException>(() => PackOne(value))!;
        Assert.That(thrown.Message,
            Does.StartWith("'W' holds ").And.Contain("wanted at most 65504 for 16 bits as Half (store weights as BFloat16)"));
    }

    [Test]
    public void Rounding_changes_products()
    {
        Assert.That(Round(0.1f, WeightStorage.Half), Is.Not.EqualTo(0.1f));
        Assert.That(Round(0.1f, WeightStorage.BFloat16), Is.Not.EqualTo(0.1f).And.Not.EqualTo(Round(0.1f, WeightStorage.Half)));
    }

    private static float Round(float value, WeightStorage storage) =>
        storage == WeightStorage.Half ? (float)(Half)value : BitConverter.UInt32BitsToSingle((uint)StoredNumber.BFloat16(value) << 16);

    private static ushort PackOne(float value)
    {
        var stored = new ushort[Product.PackedLength<float>(1, 1)];
        fixed (ushort* to = stored)
            Product.PackStored(new PackSource<float>(&value, 1, 1, 1, 1), to, 1, 1, 0, 0, 0, 1, WeightStorage.Half, "W");
        return stored[0];
    }

    private static float[] Draw(Random random, int n) => [.. Enumerable.Range(0, n).Select(_ => (float)random.NextDouble() - 0.5f)];

    private static void Patterns<V>()
        where V : struct, ISimd<V, float>
    {
        var bits = new ushort[65536];
        float[] half = new float[bits.Length], brain = new float[bits.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i - (i % (2 * V.Count)) + StoredColumns.Place(i % (2 * V.Count), 2 * V.Count)] = (ushort)i;
        fixed (ushort* from = bits)
        {
            int width = 2 * V.Count;
            for (int i = 0; i < bits.Length; i += width)
            {
                V.Store(StoredHalf<V>.Low((byte*)(from + i), 0), ref half[i], 0);
                V.Store(StoredHalf<V>.High((byte*)(from + i), 0), ref half[i], V.Count);
                V.Store(StoredBFloat16<V>.Low((byte*)(from + i), 0), ref brain[i], 0);
                V.Store(StoredBFloat16<V>.High((byte*)(from + i), 0), ref brain[i], V.Count);
            }
        }

        for (int i = 0; i < bits.Length; i++)
        {
            float wanted = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            if (float.IsFinite(wanted) && BitConverter.SingleToInt32Bits(half[i]) != BitConverter.SingleToInt32Bits(wanted))
                Assert.Fail($"Half {i:X4} is {half[i]:R}, wanted {wanted:R}");
            if (BitConverter.SingleToUInt32Bits(brain[i]) != (uint)i << 16)
                Assert.Fail($"Brain float {i:X4} is {brain[i]:R}");
        }
    }
}
