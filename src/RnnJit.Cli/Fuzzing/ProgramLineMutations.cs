using System.Text.RegularExpressions;
using RnnJit.Ops;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Damage of one line, token or number of the text of a Program or cell.</summary>
internal static class ProgramLineMutations
{
    private const string Token = @"[\w.%]+", Word = @"[A-Za-z_]\w*", Dims = @"(?<=[\[,] ?)[\w +]+(?=[,\]])", Number = @"\b\d+\b";

    private static readonly string[] Roles = ["input", "persequence", "state", "table", "parameter", "sequence", "constant"];

    private static readonly string[] OutputRoles = ["return", "next", "yield", "sum"];

    private static readonly string[] DimTexts = ["0", "-1", "1", "31", "-990", "2147483647", "-2147483648", "9999999999999", "2147483647H",
        "H + 2147483647", "H - 5", "-H", "4T", "Q", "?1", "", "H*H", "1 + 1", "B", "T"];

    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfText("line.token-swapped", SwapTokens),
        Mutation.OfText("line.token-removed", (text, random) => Replaced(text, Token, "", random)),
        Mutation.OfText("line.token-word", (text, random) => Replaced(text, Token, random.Word(), random)),
        Mutation.OfText("line.character", (text, random) => random.Flip(text)),
        Mutation.OfText("line.swapped",
            (text, random) => Lines(text, random, (lines, a, b) => (lines[a], lines[b]) = (lines[b], lines[a]))),
        Mutation.OfText("line.removed", (text, random) => Lines(text, random, (lines, a, _) => lines.RemoveAt(a))),
        Mutation.OfText("line.repeated", (text, random) => Lines(text, random, (lines, a, b) => lines.Insert(b, lines[a]))),
        Mutation.OfText("line.replaced", (text, random) => Lines(text, random, (lines, a, b) => lines[a] = lines[b])),
        Mutation.OfText("line.cut", (text, random) => text[..random.NextInt32(text.Length)]),
        Mutation.OfText("line.part-repeated", Repeated),
        Mutation.OfText("number.extreme",
            (text, random) => Replaced(text, Number, random.Extreme().ToString(System.Globalization.CultureInfo.InvariantCulture), random)),
        Mutation.OfText("number.form", (text, random) => Replaced(text, Number, random.Number(), random)),
        Mutation.OfText("dim.replaced", (text, random) => Replaced(text, Dims, random.One(DimTexts), random)),
        Mutation.OfText("dim.everywhere", Everywhere),
        Mutation.OfText("op.replaced", (text, random) => Replaced(text, @"(?<== )[a-z]+", random.One(OpTable.Names.ToArray()), random)),
        Mutation.OfText("op.attributes", (text, random) => Replaced(text, @"(?<== [a-z]+\[)[^\]]*", random.One(["", "0", "-1", "99", "0, 0",
            "0, 0, 2147483647", "0, 2000, 1", "H, H", "ab,cb->ac", "aa,aa->a", "ab->ab", "V : f32", "2.5 : f32[-990]",
            random.Word()]), random)),
        Mutation.OfText("op.operands", (text, random) => Replaced(text, @"%\d+(?=$|,|\r|\n)", $"%{random.NextInt32(60)}", random)),
        Mutation.OfText("role.input", (text, random) =>
            Replaced(text, @"\b(input|persequence|state|table|parameter|sequence|constant)\b(?= \S)", random.One(Roles), random)),
        Mutation.OfText("role.output",
            (text, random) => Replaced(text, @"\b(return|next|yield|sum)\b(?= \S)", random.One(OutputRoles), random)),
        Mutation.OfText("type.element",
            (text, random) => Replaced(text, @"\b(f32|f64|i32)\b", random.One(["f32", "f64", "i32", "f16", "F32", ""]), random)),
        Mutation.OfText("type.rank", (text, random) => Replaced(text, @"(f32|f64|i32)\[[^\]]*\]",
            random.One(["f32[]", "i32[]", "f32[H, H, H, H]", "f32[T]", "f32[B]", "f64[H]", "f32"]), random)),
        Mutation.OfText("name.replaced", (text, random) => Named(text, random.One(["", "a b", "\u001b[2J", "\u2028", "\u202e", "é",
            "e\u0301", "\ud83d\ude00", "loss", "y", "target", "d_x", "h0", "0", "1.5", "inf", "%0", "class", "\u0000",
            new string('n', 100_000)]), random)),
        Mutation.OfText("name.everywhere", (text, random) => NamedEverywhere(text, random)),
        Mutation.OfText("init.replaced",
            (text, random) => Replaced(text, @"(?<== )(glorot|orthogonal|identity|uniform|uniform01|zeros|ones)\b",
            random.One(["nan", "inf", "1e39", "-1e308", "dropout 2", "mask", "orthogonal", "running 1", "", "0,5", "mask 0.5 0 NaN"]),
            random)),
        Mutation.OfText("kind.replaced",
            (text, random) => Regex.Replace(text, @"^\w+", random.One(["cell", "program", "kernel", "body", "", "network"]))),
    ];

    private static string Replaced(string text, string pattern, string with, RandomStream random) =>
        MetadataMutations.Replaced(text, pattern, with, random);

    private static string SwapTokens(string text, RandomStream random)
    {
        MatchCollection matches = Regex.Matches(text, Token);
        if (matches.Count < 2)
            return text;
        int first = random.NextInt32(matches.Count - 1), second = first + 1 + random.NextInt32(matches.Count - first - 1);
        Match a = matches[first], b = matches[second];
        return string.Concat(text[..a.Index], b.Value, text[(a.Index + a.Length)..b.Index], a.Value, text[(b.Index + b.Length)..]);
    }

    private static string Lines(string text, RandomStream random, Action<List<string>, int, int> change)
    {
        List<string> lines = [.. text.Split('\n')];
        change(lines, random.NextInt32(lines.Count), random.NextInt32(lines.Count));
        return string.Join('\n', lines);
    }

    private static string Repeated(string text, RandomStream random)
    {
        var (start, length) = random.Part(text.Length);
        return text.Insert(start, text.Substring(start, length));
    }

    private static string Everywhere(string text, RandomStream random)
    {
        string symbol = random.One(["H", "E", "V", "X", "T", "B", "3"]);
        return Regex.Replace(text, $@"(?<=[\[,] ?){symbol}(?=[,\]])", random.One(DimTexts));
    }

    private static string Named(string text, string name, RandomStream random) =>
        Replaced(text, @"(?<=\b(input|state|parameter|return|next) )" + Word + @"[\w.]*", name, random);

    private static string NamedEverywhere(string text, RandomStream random)
    {
        MatchCollection matches = Regex.Matches(text, @"(?<=\b(input|state|parameter) )[\w.]+");
        if (matches.Count == 0)
            return text;
        string name = Regex.Escape(random.One([.. matches.Select(match => match.Value)]));
        return Regex.Replace(text, $@"(?<![\w.]){name}(?![\w.])",
            random.One(["loss", "h0", "target", "\u001b[31mx", "x\u2028y", "é", "_", "a.b.c", "class", new string('n', 50_000)]));
    }
}
