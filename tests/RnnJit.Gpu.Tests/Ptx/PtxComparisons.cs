using static RnnJit.Gpu.Tests.Ptx.PtxOperations;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Comparisons: setp.</summary>
internal static class PtxComparisons
{
    private static readonly (string Name, Func<int, bool> Holds)[] Orders =
    [
        ("eq", order => order == 0), ("ne", order => order != 0), ("lt", order => order < 0),
        ("le", order => order <= 0), ("gt", order => order > 0), ("ge", order => order >= 0),
    ];

    private static readonly Dictionary<string, string> Unsigned = new() { ["lt"] = "lo", ["le"] = "ls", ["gt"] = "hi", ["ge"] = "hs" };

    /// <summary>Orders of signed and unsigned integers, and of real numbers: with a NaN none holds, but those that end in u all
    /// do.</summary>
    public static IEnumerable<KeyValuePair<string, PtxOperation>> All()
    {
        foreach (var (name, holds) in Orders)
        {
            string unsigned = Unsigned.GetValueOrDefault(name, name);
            yield return Compare(name, "s32", (a, b) => holds(((int)a).CompareTo((int)b)));
            yield return Compare(name, "s64", (a, b) => holds(((long)a).CompareTo((long)b)));
            yield return Compare(unsigned, "u32", (a, b) => holds(a.CompareTo(b)));
            yield return Compare(unsigned, "u64", (a, b) => holds(a.CompareTo(b)));
            foreach (bool unordered in new[] { false, true })
            {
                string real = name + (unordered ? "u" : "");
                yield return Compare(real, "f32", (a, b) => Real(PtxReals.F32(a), PtxReals.F32(b), holds, unordered));
                yield return Compare(real, "f64", (a, b) => Real(PtxReals.F64(a), PtxReals.F64(b), holds, unordered));
            }
        }
    }

    private static KeyValuePair<string, PtxOperation> Compare(string name, string type, Func<ulong, ulong, bool> holds) =>
        Two($"setp.{name}.{type}", $"pred {type} {type}", (a, b) => holds(a, b) ? 1UL : 0);

    // Comparers take −0 for 0, as == does, and a NaN for a number less than all others.
    private static bool Real(double a, double b, Func<int, bool> holds, bool unordered) =>
        double.IsNaN(a) || double.IsNaN(b) ? unordered : holds(a.CompareTo(b));
}
