using System.Text;
using System.Text.RegularExpressions;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Texts of Programs and cells that are deep, long or costly, and views that leave their buffers.</summary>
internal static class ProgramSizeMutations
{
    private static readonly string[] BroadcastShapes =
        ["K", "-5", "2147483647, 2147483647", "T, 2147483647", "1000000, 1000000", "H, H, H, H, H, H, H, H"];

    private static readonly string[] ReshapeShapes =
        ["-2, -3", "6", "0", "2147483647, 2", "65536, 65536, 65536", "T", "6, 1, -1", "1431655768, 3"];

    private static readonly string[] IndexReaders =
    [
        "gather %7000, %7001", "onehot[3 : f32] %7001", "onehot[2147483647 : f32] %7001", "scatter[2] %7001, %7000",
        "sequence_mask[3 : f32] %7001", "take[0] %7000, %7001", "argsort[descending, stable] %7001", "inverse_permutation %7001",
    ];

    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfText("size.nested-scans", (text, random) => Nested(text, random.One([2, 16, 100, 1000, 10_000]))),
        Mutation.OfText("size.open-scans",
            (text, random) => text + new StringBuilder().Insert(0, "\n%900 = scan[T] {", random.One([1, 100, 10_000, 100_000]))),
        Mutation.OfText("size.chain",
            (text, random) => Before(text, Chain(random.One([10, 100, 1000, 5000]), n => $"%{n + 1} = tanh %{n}"))),
        Mutation.OfText("size.doubling",
            (text, random) => Before(text, Chain(random.One([16, 64, 300]), n => $"%{n + 1} = mul %{n}, %{n}"))),
        Mutation.OfText("size.concat",
            (text, random) => Before(text, Chain(random.One([8, 16, 28, 31, 40]), n => $"%{n + 1} = concat[0] %{n}, %{n}"))),
        Mutation.OfText("size.many-inputs",
            (text, random) => After(text, Enumerable.Range(0, random.One([10, 1000, 20_000])).Select(n => $"  input more{n}: f32[B]"))),
        Mutation.OfText("size.many-parameters",
            (text, random) => After(text, Enumerable.Range(0, random.One([10, 1000])).Select(n => $"  parameter more{n}: f32[1] = zeros"))),
        Mutation.OfText("size.many-outputs", (text, random) =>
            text + "\n" + string.Join('\n', Enumerable.Range(0, random.One([10, 1000, 10_000])).Select(n => $"  return more{n} = 1"))),
        Mutation.OfText("size.text", (text, random) => text + "\n#" + new string('x', random.One([1_000_000, 4_300_000, 9_000_000]))),
        Mutation.OfText("size.long-line", (text, random) => Before(text,
            ["%7000 = add " + new string(random.One(['[', ',', ' ', '1', ']', '%']), random.One([1000, 100_000, 1_000_000]))])),
        Mutation.OfText("size.constant", (text, random) => Before(text, [
            $"  %7000 = constant[{random.One(["2.5", "nan", "-inf", "1e999", "2147483648"])} : {random.One(["f32", "i32", "f64"])}"
                + $"[{random.One(["-990", "2147483647", "65536, 65536", "0", "1, 1, 1, 1, 1, 1, 1, 1, 1, 1", "T, 1000000", "100000000"])}"
                + "]]",
            "  return constant = %7000"])),
        Mutation.OfText("size.broadcast", (text, random) => Before(text, [
            $"  %7000 = broadcast[{random.One(BroadcastShapes)}] 0", "  return constant = %7000"])),
        Mutation.OfText("size.slice", Slice),
        Mutation.OfText("size.reshape", (text, random) => Before(text, ["  %7000 = broadcast[2, 3] 1",
            $"  %7001 = reshape[{random.One(ReshapeShapes)}] %7000",
            "  return constant = %7001"])),
        Mutation.OfText("size.transpose", (text, random) => Before(text, ["  %7000 = broadcast[2, 3] 1",
            $"  %7001 = transpose[{random.One(["1, 0", "0, 0", "-1, 0", "2, 1", "0", "", "1, 0, 2", "2147483647, 0"])}] %7000",
            "  return constant = %7001"])),
        Mutation.OfText("size.index", (text, random) => Before(text, ["  %7000 = broadcast[2, 3] 1",
            $"  %7001 = broadcast[2] {random.One(["0i", "1i", "2i", "-1i", "2147483647i", "-2147483648i"])}",
            $"  %7002 = {random.One(IndexReaders)}",
            "  return constant = %7002"])),
        Mutation.OfText("size.scan-time", (text, random) => Before(text, ["  %7000 = broadcast[2, 3] 1",
            $"  %7001 = scan[{random.One(["2", "-2", "0", "2147483647", "T", "K", "1000000"])}] 0 {{", "    state s: f32[]",
            "    %0 = add s, 1", "    next s = %0", "  }", "  return constant = %7001"])),
        Mutation.OfText("size.exponents", (text, random) => Before(text,
            [$"  %7000 = exp {random.One(["1e308", "1000", "nan", "inf"])}", "  %7001 = div %7000, 0", "  return constant = %7001"])),
    ];

    private static string Slice(string text, RandomStream random)
    {
        Match match = Regex.Match(text, @"(?:input|parameter) (\S+): f32");
        string from = match.Success ? match.Groups[1].Value : "x";
        string start = random.One(["0", "2000", "-1", "-2000", "2147483647", "T", "H", "H - 1"]),
            length = random.One(["2147483647", "1", "-1", "2000", "0", "T", "H + 1", "-H"]);
        return Before(text, [$"  %7000 = slice[{random.NextInt32(3)}, {start}, {length}] {from}",
            $"  %7001 = reshape[{random.One(["2147483647", "1", "2000", length])}] %7000", "  return constant = %7001"]);
    }

    private static IEnumerable<string> Chain(int length, Func<int, string> line) =>
        ["  %7000 = broadcast[2] 1", .. Enumerable.Range(7000, length).Select(line), $"  return chain = %{7000 + length}"];

    // The results of a Program follow its nodes; the lines are inserted before the first result.
    private static string Before(string text, IEnumerable<string> lines)
    {
        Match first = Regex.Match(text, @"^  (?:return|next) ", RegexOptions.Multiline);
        int at = first.Success ? first.Index : text.Length;
        string[] all = [.. lines];
        string results = string.Join('\n', all.Where(IsResult)), nodes = string.Join('\n', all.Where(line => !IsResult(line)));
        return $"{text[..at]}{nodes}\n{text[at..].TrimEnd()}\n{results}\n";
    }

    private static bool IsResult(string line) => line.StartsWith("  return", StringComparison.Ordinal);

    private static string After(string text, IEnumerable<string> lines)
    {
        int at = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        return text[..at] + string.Join('\n', lines) + "\n" + text[at..];
    }

    private static string Nested(string text, int depth)
    {
        var lines = new List<string> { "  %7000 = broadcast[2] 1" };
        for (int i = 0; i < depth; i++)
            lines.Add($"  %{7001 + i} = scan[2] {(i == 0 ? "%7000" : "s")} {{\n    state s: f32[2]");
        lines.Add("    %0 = tanh s");
        for (int i = depth - 1; i >= 0; i--)
            lines.Add($"    next s = %{(i == depth - 1 ? 0 : 7002 + i)}\n  }}");
        lines.Add("  return deep = %7001");
        return Before(text, lines);
    }
}
