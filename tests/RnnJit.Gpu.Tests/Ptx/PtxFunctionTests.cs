using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Gpu.Kernels;
using RnnJit.Ir;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>
/// Comparisons and functions of a thread as PTX, of zeros, subnormal and infinite numbers and NaN, with an operand that the compiler knows
/// on either side.
/// </summary>
public class PtxFunctionTests
{
    private static readonly double[] Numbers =
        [0, -0d, 1, -1, 0.3, -0.7, 8.5, -30, 95, -110, 1e-40, -1e-40, 3e38, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    private static readonly (string Name, Func<double, double, double> Value)[] Comparisons =
    [
        ("min", Math.Min), ("max", Math.Max), ("less", (a, b) => a < b ? 1 : 0), ("less or equal", (a, b) => a <= b ? 1 : 0),
        ("equal", (a, b) => a == b ? 1 : 0), ("select less", (a, b) => a < b ? 3 : 4),
    ];

    private static readonly (string Name, Func<double, double, double> Value)[] Table =
    [
        .. Comparisons,
        .. Comparisons.Select(one => ("1 and b: " + one.Name, (Func<double, double, double>)((_, b) => one.Value(1, b)))),
        .. Comparisons.Select(one => ("a and 1: " + one.Name, (Func<double, double, double>)((a, _) => one.Value(a, 1)))),
        ("at most", (a, b) => a > b ? b : a), ("at most 1", (a, _) => a > 1 ? 1 : a),
        ("clamp", (a, _) => a < -2 ? -2 : a > 1 ? 1 : a), ("select", (a, b) => a == 0 ? 1 : b),
        ("floor", (a, _) => Math.Floor(a)),
    ];

    private static readonly string[] Names = [.. Table.Select(one => one.Name), "tanh", "sigmoid", "exp", "log"];

    /// <summary>Numbers that <see cref="PtxTestKernels.Functions"/> writes for a pair.</summary>
    internal const int Count = 27;

    [Test]
    public void Functions_of_float32() => AssertEqual<Device32, float>(
        ElementType.F32, x => (float)x, x => BitConverter.SingleToUInt32Bits(x));

    [Test]
    public void Functions_of_float64() => AssertEqual<Device64, double>(ElementType.F64, x => x, x => BitConverter.DoubleToUInt64Bits(x));

    private static void AssertEqual<V, T>(ElementType real, Func<double, T> narrow, Func<T, ulong> bits)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged => Assert.That(Differences<V, T>(real, narrow, bits, text => text), Is.Empty);

    /// <summary>Functions that an edited text computes wrongly.</summary>
    internal static List<string> Differences<V, T>(ElementType real, Func<double, T> narrow, Func<T, ulong> bits, Func<string, string> edit)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var pairs = (from a in Numbers from b in Numbers select (A: narrow(a), B: narrow(b))).ToArray();
        string ptx = edit(PtxCompiler.Of(DeviceMethods.Own(typeof(PtxTestKernels), nameof(PtxTestKernels.Functions), real)));
        T[] found = Run(ptx, pairs);
        var wrong = new List<string>();
        for (int i = 0; i < pairs.Length; i++)
        {
            double a = V.Widen(pairs[i].A), b = V.Widen(pairs[i].B);
            T[] wanted = [.. Table.Select(one => narrow(one.Value(a, b))), .. Mathematics<V, T>(V.Broadcast(pairs[i].A))];
            for (int f = 0; f < Count; f++)
            {
                T y = found[(i * Count) + f];
                if (bits(y) != bits(wanted[f]) && !(double.IsNaN(V.Widen(y)) && double.IsNaN(V.Widen(wanted[f]))))
                    wrong.Add($"{Names[f]} of {a:R}, {b:R} is {y}, wanted {wanted[f]}");
            }
        }

        return wrong;
    }

    // As the CPU computes them.
    private static T[] Mathematics<V, T>(V x)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged =>
        [V.Sum(VectorMath.Tanh<V, T>(x)), V.Sum(VectorMath.Sigmoid<V, T>(x)), V.Sum(VectorMath.Exp<V, T>(x)),
            V.Sum(VectorMath.Log<V, T>(x))];

    private static T[] Run<T>(string ptx, (T A, T B)[] pairs)
        where T : unmanaged
    {
        var memory = new PtxMemory();
        int size = Marshal.SizeOf<T>();
        PtxRange a = memory.Add("a", pairs.Length * size), b = memory.Add("b", pairs.Length * size),
            y = memory.Add("y", pairs.Length * size * Count);
        a.Write(0, MemoryMarshal.AsBytes<T>([.. pairs.Select(pair => pair.A)]));
        b.Write(0, MemoryMarshal.AsBytes<T>([.. pairs.Select(pair => pair.B)]));
        long[] views = [(long)a.Start, pairs.Length, (long)b.Start, pairs.Length, (long)y.Start, pairs.Length * Count];
        new PtxMachine(ptx).Launch(new PtxLaunch(memory, 1, 1, pairs.Length, [.. MemoryMarshal.AsBytes<long>(views)]));
        var result = new T[pairs.Length * Count];
        y.Read(0, MemoryMarshal.AsBytes(result.AsSpan()));
        return result;
    }
}
