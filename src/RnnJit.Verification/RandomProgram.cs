using System.Globalization;
using System.Text;
using RnnJit.Randomness;

namespace RnnJit.Verification;

/// <summary>The text of a random Program over views, elementwise work, sums, products and a loop, with sizes from −2³¹ to 2³¹ − 1. Most
/// statements fit their operands; some numbers are replaced by extremes.</summary>
internal sealed class RandomProgram
{
    private static readonly string[] Extremes =
        ["-2147483648", "-2147483647", "-101712", "-1", "0", "1", "65536", "1073741824", "2147483646", "2147483647", "2K", "2147483647K",
            "K - 3", "K + 2147483647", "-K"];

    private readonly RandomStream random;
    private readonly double mutation;
    private readonly StringBuilder text = new("program P\n");
    private readonly List<(string Name, string[] Dims)> values = [];

    private RandomProgram(ulong seed, ulong number)
    {
        random = new RandomStream(seed, number);
        mutation = random.NextUInt32() % 3 * 0.04;
        Sizes = new Dictionary<string, int> { ["K"] = Size(), ["T"] = Size() };
        Write();
    }

    public string Text => text.ToString();

    /// <summary>Sizes of K and T.</summary>
    public Dictionary<string, int> Sizes { get; }

    /// <summary>The <paramref name="number"/>-th Program of a seed.</summary>
    public static RandomProgram Of(ulong seed, ulong number) => new(seed, number);

    private int Size() => Pick(12) switch
    {
        0 => int.MaxValue,
        1 => int.MinValue,
        2 => (int)random.NextUInt32(),
        3 => (int)(random.NextUInt32() % 3) - 1,
        _ => 1 + (int)(random.NextUInt32() % 9),
    };

    private int Pick(int count) => (int)(random.NextUInt32() % (uint)count);

    // A number as it should be, now and then an extreme in its place.
    private string Number(string right) => random.NextDouble() < mutation ? Extremes[Pick(Extremes.Length)] : right;

    private string Extent() => Pick(5) switch { 0 => "K", 1 => "1", _ => (1 + Pick(6)).ToString(CultureInfo.InvariantCulture) };

    private static string Dims(IEnumerable<string> dims) => string.Join(", ", dims);

    private void Write()
    {
        int inputs = 1 + Pick(3);
        for (int i = 0; i < inputs; i++)
        {
            string[] dims = Enumerable.Range(0, 1 + Pick(3)).Select(_ => Number(Extent())).ToArray();
            text.Append(CultureInfo.InvariantCulture, $"  input x{i}: f32[{Dims(dims)}]\n");
            values.Add(("x" + i, dims));
        }

        text.Append("  input s: f32[T, 2, 4]\n");
        values.Add(("s", ["T", "2", "4"]));
        int statements = 1 + Pick(8);
        for (int i = 0; i < statements; i++)
            Statement("%" + i);
        text.Append(CultureInfo.InvariantCulture, $"  return y = {values[^1].Name}\n");
    }

    private void Statement(string name)
    {
        var (x, dims) = values[Pick(values.Count)];
        int axis = dims.Length == 0 ? 0 : Pick(dims.Length);
        switch (Pick(10))
        {
            case 0 when dims.Length > 0:
                int extent = int.TryParse(dims[axis], CultureInfo.InvariantCulture, out int known) && known is > 0 and < 100 ? known : 1;
                int start = Pick(extent);
                string length = Number((1 + Pick(extent - start)).ToString(CultureInfo.InvariantCulture));
                Define(name, $"slice[{axis}, {Number(start.ToString(CultureInfo.InvariantCulture))}, {length}] {x}",
                    Changed(dims, axis, length));
                break;
            case 1 when dims.Length > 1:
                Define(name, $"transpose[{string.Join(", ", Enumerable.Range(0, dims.Length).Reverse())}] {x}", dims.Reverse().ToArray());
                break;
            case 2:
                string[] wide = [Number(Extent()), .. dims];
                Define(name, $"broadcast[{Dims(wide)}] {x}", wide);
                break;
            case 3 when dims.Length > 0:
                string[] shape = Pick(2) == 0 ? [.. dims, Number("1")] : dims.Select(Number).Prepend("1").ToArray();
                Define(name, $"reshape[{Dims(shape)}] {x}", shape);
                break;
            case 4 when dims.Length > 0:
                Define(name, $"concat[{axis}] {x}, {x}", Changed(dims, axis, "2" + dims[axis]), isDouble: axis);
                break;
            case 5 when dims.Length > 0:
                Define(name, $"sum[{axis}] {x}", Changed(dims, axis, "1"));
                break;
            case 6 when dims.Length > 0:
                string[] constant = [Number(dims[0]), .. dims.Skip(1)];
                Define(name, $"constant[2.5 : f32[{Dims(constant)}]]", constant);
                break;
            case 7 when dims.Length == 2:
                Define(name, $"contract[ab,cb->ac] {x}, {x}", [dims[0], dims[0]]);
                break;
            case 8:
                Loop(name);
                break;
            default:
                Define(name, $"{(Pick(2) == 0 ? "mul" : "add")} {x}, {x}", dims);
                break;
        }
    }

    private void Loop(string name)
    {
        string time = Number("T"), start = Number("1"), rest = Number("3");
        text.Append(CultureInfo.InvariantCulture,
            $"  {name}z = constant[0 : f32[2, 4]]\n  {name}h, {name} = scan[{time}{(Pick(2) == 0 ? ", reverse" : "")}] s, {name}z {{\n");
        text.Append("    sequence x: f32[2, 4]\n    state h: f32[2, 4]\n    %0 = add x, h\n    %1 = tanh %0\n");
        text.Append(CultureInfo.InvariantCulture, $"    %2 = slice[1, {start}, {rest}] %1\n    next h = %1\n    yield y = %2\n  }}\n");
        values.Add((name, [time, "2", rest]));
    }

    private void Define(string name, string statement, string[] dims, int isDouble = -1)
    {
        if (isDouble >= 0)
            dims[isDouble] = Twice(dims[isDouble][1..]);
        text.Append(CultureInfo.InvariantCulture, $"  {name} = {statement}\n");
        values.Add((name, dims));
    }

    private static string Twice(string dim) => int.TryParse(dim, CultureInfo.InvariantCulture, out int known)
        ? (2L * known).ToString(CultureInfo.InvariantCulture)
        : "2" + dim;

    private static string[] Changed(string[] dims, int axis, string dim) => dims.Select((old, i) => i == axis ? dim : old).ToArray();
}
