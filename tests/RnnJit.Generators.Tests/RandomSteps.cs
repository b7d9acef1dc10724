using System.Globalization;
using System.Text;

namespace RnnJit.Generators.Tests;

/// <summary>
/// Random bodies of <c>Step</c>: numbers, arrays and tuples under loops, jumps and side effects, whose order C# defines.
/// The returned value depends on every variable, so a number that is read otherwise gives another graph.
/// </summary>
internal sealed class RandomSteps
{
    private const int ArrayLength = 4, DeepestBlock = 3, MostStatements = 5;

    private static readonly string[] Ints = ["i", "j", "k"], Reals = ["d", "e"], Values = ["u", "v"];

    private readonly Random random;
    private readonly StringBuilder text = new();
    private int names;

    private RandomSteps(int seed) => random = new Random(seed);

    /// <summary>A cell class of this name.</summary>
    public static string Class(string name, int seed)
    {
        var steps = new RandomSteps(seed);
        steps.Write(name);
        return steps.text.ToString();
    }

    private void Write(string name)
    {
        text.Append(CultureInfo.InvariantCulture, $$"""
            [RnnCell]
            public static partial class {{name}}
            {
                public static Value Step(Value x, Value h, Matrix W, Vector b, int n = 3, double r = 0.5)
                {
                    int Pick(int a, int b) => a - 2 * b;
                    int i = 1, j = n, k = 0;
                    double d = r, e = 1.5;
                    Value u = W * x + b, v = h;
                    int[] a = [1, 2, 3, 4];
                    Value[] z = [u, v, u + v, h];

            """);
        Block(2, depth: 0, inLoop: false);
        Block(2, depth: 0, inLoop: false);
        text.Append("""
                    Value y = Tanh(u) * (0.5 + i % 9) + Sigmoid(v) * (0.25 + j % 9) + h * (k % 9);
                    y = y + (d == d ? 0.125 * Math.Min(Math.Max(d, -8), 8) : 3) * u + (e == e ? 0.125 * Math.Min(Math.Max(e, -8), 8) : 5) * v;
                    foreach (int part in a)
                        y = y + (part % 9) * h;
                    return y + z[0] - z[1] * z[2] + z[3];
                }
            }

            """);
    }

    private void Block(int indent, int depth, bool inLoop)
    {
        int statements = random.Next(1, MostStatements);
        for (int s = 0; s < statements; s++)
            Statement(indent, depth, inLoop);
    }

    private void Line(int indent, string line) => text.Append(' ', 4 * indent).Append(line).Append('\n');

    private void Statement(int indent, int depth, bool inLoop)
    {
        int kind = random.Next(depth < DeepestBlock ? 18 : 11);
        switch (kind)
        {
            case 0: Line(indent, $"{Any(Ints)} = ({Int()}) % 97;"); break;
            case 1: Line(indent, $"{Any(Ints)} {Any("+=", "-=")} {SmallInt()};"); break;
            case 2: Line(indent, $"{Place()} {Any("+=", "-=", "=")} {SmallInt()};"); break;
            case 3: Line(indent, $"{Any(Reals)} {Any("=", "+=", "-=")} {Real()};"); break;
            case 4: Line(indent, $"({Any(Ints)}, {Place()}) = ({SmallInt()}, {SmallInt()});"); break;
            case 5: Line(indent, $"{Any(Values)} = {Symbolic()};"); break;
            case 6: Line(indent, $"{Any(Values)} {Any("+=", "-=", "*=")} {Symbolic()};"); break;
            case 7: Line(indent, $"z[{Index()}] = {Symbolic()};"); break;
            case 8: Line(indent, $"{Any("i++", "j--", "++k", "k--")};"); break;
            case 9: Line(indent, $"(u, v) = ({Any("v", "u", "z[0]")}, {Symbolic()});"); break;
            case 10 when inLoop: Line(indent, $"if ({Bool()}) {Any("break", "continue")};"); break;
            case 11: If(indent, depth, inLoop); break;
            case 12 or 13: For(indent, depth); break;
            case 14: ForEach(indent, depth, "int", "a"); break;
            case 15: ForEach(indent, depth, "Value", "z"); break;
            case 16: While(indent, depth); break;
            default: Line(indent, $"{Any(Ints)} = {Bool()} ? {SmallInt()} : {SmallInt()};"); break;
        }
    }

    private void If(int indent, int depth, bool inLoop)
    {
        Line(indent, $"if ({Bool()})");
        Braced(indent, depth, inLoop);
        if (random.Next(2) == 0)
            return;
        Line(indent, "else");
        Braced(indent, depth, inLoop);
    }

    private void For(int indent, int depth)
    {
        string counter = "c" + names++;
        Line(indent, $"for (int {counter} = 0; {counter} < {random.Next(1, 5)}; {counter}{Any("++", " += 2")})");
        Braced(indent, depth, inLoop: true);
    }

    private void ForEach(int indent, int depth, string type, string array)
    {
        string item = "m" + names++;
        Line(indent, $"foreach ({type} {item} in {array})");
        Line(indent, "{");
        Line(indent + 1, array == "a" ? $"{Any(Ints)} += {item} % 7;" : $"{Any(Values)} = {Any(Values)} + {item};");
        Block(indent + 1, depth + 1, inLoop: true);
        Line(indent, "}");
    }

    private void While(int indent, int depth)
    {
        string counter = "w" + names++;
        Line(indent, $"int {counter} = {random.Next(1, 4)};");
        bool isDo = random.Next(2) == 0;
        Line(indent, isDo ? "do" : $"while ({counter}-- > 0)");
        Braced(indent, depth, inLoop: true);
        if (isDo)
            Line(indent, $"while (--{counter} > 0);");
    }

    private void Braced(int indent, int depth, bool inLoop)
    {
        Line(indent, "{");
        Block(indent + 1, depth + 1, inLoop);
        Line(indent, "}");
    }

    private string Place() => random.Next(2) == 0 ? Any(Ints) : $"a[{Index()}]";

    // A mask keeps an index inside the array.
    private string Index() => $"({Int()}) & {ArrayLength - 1}";

    // Sums of few terms under a remainder stay far from overflow.
    private string SmallInt() => $"({Int()}) % 31";

    private string Int() => random.Next(9) switch
    {
        0 => Number(),
        1 => Any(Ints),
        2 => Any(Ints) + Any("++", "--"),
        3 => Any("++", "--") + Any(Ints),
        4 => $"a[({Any(Ints)}{Any("", "++")}) & {ArrayLength - 1}]",
        5 => $"({Any(Ints)}++ {Any("+", "-", "*", "^", "&")} {Any(Ints)} % 13)",
        6 => $"({Any(Ints)} {Any("=", "+=", "-=")} {Number()})",
        7 => $"Pick(b: {Any(Ints)}++ % 17, a: {Any(Ints)}-- % 17)",
        _ => $"({Bool()} ? {Number()} : {Any(Ints)})",
    };

    private string Real() => random.Next(5) switch
    {
        0 => $"{Number()} / 4.0",
        1 => "0 * e / 0",
        2 => $"(double)({SmallInt()})",
        3 => $"Math.Max({Any(Reals)}, {Number()} / 2.0)",
        _ => $"({Any(Reals)} {Any("*", "+", "/")} {Number()}) / 8",
    };

    private string Bool() => random.Next(6) switch
    {
        0 => $"{Any(Reals)} {Any("<", ">", "<=", ">=", "==", "!=")} {Number()}",
        1 => $"({Int()}) % 3 {Any("==", "!=", ">")} 0",
        2 => $"{Any(Ints)}++ % 5 > 1 {Any("&&", "||")} {Any(Ints)}-- % 3 == 0",
        3 => $"!({Any(Reals)} < {Any(Reals)})",
        4 => $"{Any(Ints)} % 4 < {Any(Ints)} % 5",
        _ => $"({Any(Ints)} = {Number()}) > 2 {Any("&", "|", "^")} {Any(Ints)}++ > 3",
    };

    private string Symbolic() => random.Next(7) switch
    {
        0 => $"z[{Index()}]",
        1 => $"{Any("Tanh", "Sigmoid", "Exp")}({Any(Values)})",
        2 => $"{Any(Values)} {Any("+", "-", "*")} z[{Index()}]",
        3 => $"({SmallInt()}) * {Any(Values)}",
        4 => $"({Bool()} ? u : v)",
        5 => $"{Any(Values)} + b",
        _ => $"-{Any(Values)}",
    };

    private string Number() => random.Next(0, 6).ToString(CultureInfo.InvariantCulture);

    private string Any(params string[] items) => items[random.Next(items.Length)];
}
