using System.Text;
using System.Text.RegularExpressions;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Files that are small for what a careless reader makes of them: many keys, entries, axes, symbols, operands, nodes and
/// loops.</summary>
internal static class CostMutations
{
    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfFile("cost.metadata-keys", (file, random) => Keys(file, random.One([900, 1100, 100_000, 400_000]))),
        Mutation.OfFile("cost.tensor-entries", (file, random) => Entries(file, random.One([20_000, 45_000, 60_000]))),
        Mutation.OfFile("cost.shape-rank",
            (file, random) => random.One(file.Tensors).Shape = [.. Enumerable.Repeat(1L, random.One([100_000, 1_000_000, 10_000_000]))]),
        Mutation.OfFile("cost.field-rank", (file, random) => random.One(file.Tensors).Entry =
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":["
                + string.Join(',', Enumerable.Repeat(0, random.One([1_000_000, 10_000_000]))) + "]}"),
        Mutation.OfFile("cost.sizes", (file, random) => file["sizes"] = "{"
            + string.Join(',', Enumerable.Range(0, random.One([100_000, 1_500_000])).Select(n => $"\"s{n}\":1")) + ","
            + file["sizes"].TrimStart('{')),
        Mutation.OfTraining("cost.options", (file, random) => file["options"] = "{"
            + string.Concat(Enumerable.Range(0, random.One([10_000, 200_000])).Select(n => $"\"o{n}\":[],"))
            + file["options"].TrimStart('{')),
        Mutation.OfTraining("cost.vocabulary",
            (file, _) => file["vocabulary"] = string.Concat(Enumerable.Range(0x20, 0xD000).Select(c => (char)c))),
        Mutation.OfText("cost.nodes",
            (text, random) => First(text, Chain(random.One([1000, 20_000, 45_000, 200_000]), n => $"%{n + 1}=tanh %{n}"))),
        Mutation.OfText("cost.scalars",
            (text, random) => First(text, Chain(random.One([1000, 10_000, 100_000]), n => $"%{n + 1}=add %{n},{n}"))),
        Mutation.OfText("cost.rank", (text, random) => First(text, Chain(random.One([1000, 10_000]), n => $"%{n + 1}=slice[0,0,2]%{n}",
            $"%7000=broadcast[2{Repeat(",1", random.One([100, 10_000]))}]1"))),
        Mutation.OfText("cost.rank-once", (text, random) => First(text, ["%7000=broadcast[1" + Repeat(",1", 500_000) + "]1",
            $"%7001={random.One(["sum[0]%7000", "reshape[1]%7000", "add %7000,%7000", "tanh %7000"])}", "  return first = %7001"])),
        Mutation.OfText("cost.dim-terms", (text, random) => First(text, Chain(random.One([100, 10_000]),
            n => $"%{n + 1}=concat[0]%{n},%7000",
            $"%7000=broadcast[{string.Join('+', Enumerable.Range(0, random.One([100, 10_000])).Select(n => "S" + n))}]1"))),
        Mutation.OfText("cost.symbol-length", (text, random) => First(text, Chain(random.One([100, 10_000]),
            n => $"%{n + 1}=concat[0]%{n},%7000", $"%7000=broadcast[{new string('S', random.One([1000, 1_000_000]))}]1"))),
        Mutation.OfText("cost.operands", (text, random) => First(text, [$"%7000=broadcast[2]1",
            $"%7001={random.One(["concat[0]", "concat[1]", "add", "scan[2]"])} %7000{Repeat(",%7000", random.One([1000, 500_000]))}",
            "  return first = %7001"])),
        Mutation.OfText("cost.operand-types", (text, random) => First(text, [$"%0=broadcast[{new string('S', 1_000_000)}]1",
            $"%1={random.One(["concat[1]", "add", "contract[a,b->ab]"])} %0{Repeat(",%0", random.One([1000, 500_000]))}",
            "  return first = %1"])),
        Mutation.OfText("cost.scans", (text, random) =>
            First(text, Chain(random.One([10, 500, 10_000]), n => $"%{n + 1}=scan[2]%{n} {{\nstate s:f32[2]\n%0=tanh s\nnext s=%0\n}}"))),
        Mutation.OfText("cost.scan-captures", (text, random) => First(text, Captures(random.One([100, 10_000])))),
        Mutation.OfText("cost.concat-first",
            (text, random) => First(text, Chain(random.One([8, 16, 28]), n => $"%{n + 1} = concat[0] %{n}, %{n}"))),
        Mutation.OfText("cost.doubling-first",
            (text, random) => First(text, Chain(random.One([16, 64, 1000]), n => $"%{n + 1} = mul %{n}, %{n}"))),
        Mutation.OfText("cost.transposes",
            (text, random) => First(text, Chain(random.One([100, 5000]), n => $"%{n + 1}=transpose[1,0]%{n}", "%7000=broadcast[2,3]1"))),
        Mutation.OfText("cost.products", (text, random) =>
            First(text, Chain(random.One([10, 100, 1000]), n => $"%{n + 1}=contract[ab,cb->ac]%{n},%7000", "%7000=broadcast[2,2]1"))),
        Mutation.OfText("cost.reuse", (text, random) => First(text, Fan(random.One([100, 3000])))),
        Mutation.OfText("cost.unknowns", (text, random) => First(text, Unknowns(random.One([100, 20_000])))),
        Mutation.OfText("cost.fixed-chain",
            (text, random) => First(text, [.. Chain(random.One([100, 20_000, 45_000]), n => $"%{n + 1}=tanh %{n}", "%7000=broadcast[H]1")
                .SkipLast(1).Append("%last=add %7100,W"), "  return first = %last"])),
        Mutation.OfText("cost.next-chain",
            (text, random) => Next(text, random.One([20, 64, 1000, 5000]), random.One(["add", "mul", "sub", "div", "tanh"]))),
        Mutation.OfText("cost.ways", (text, random) => First(text, Ways(random.One([20, 90]), random.One(["add", "sub", "mul"])))),
        Mutation.OfText("cost.name-length", (text, random) => First(text, [
            $"{new string('n', random.One([100_000, 3_000_000]))}=broadcast[2]1", $"%7001=add {new string('m', 500_000)},1",
            "  return first = %7001"])),
    ];

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static void Keys(ForgedFile file, int count)
    {
        for (int i = 0; i < count; i++)
            file.Texts.Add(new(i.ToString("x", System.Globalization.CultureInfo.InvariantCulture), ""));
    }

    private static void Entries(ForgedFile file, int count)
    {
        for (int i = 0; i < count; i++)
            file.Tensors.Add(new ForgedTensor(i.ToString("x", System.Globalization.CultureInfo.InvariantCulture), "U8", [0], []));
    }

    private static IEnumerable<string> Chain(int length, Func<int, string> line, string start = "%7000=broadcast[2]1") =>
        [start, .. Enumerable.Range(7000, length).Select(line), $"  return first = %{7000 + length}"];

    // A step that captures many values.
    private static IEnumerable<string> Captures(int count) =>
    [
        .. Enumerable.Range(7000, count).Select(n => $"%{n}=broadcast[2]{n}"),
        $"%{7000 + count}=scan[2]%7000,{string.Join(',', Enumerable.Range(7000, count).Select(n => $"%{n}"))} {{\nstate s:f32[2]",
        .. Enumerable.Range(0, count).Select(n => $"constant c{n}:f32[2]"),
        "%0=add s,c0",
        .. Enumerable.Range(1, count - 1).Select(n => $"%{n}=add %{n - 1},c{n}"),
        $"next s=%{count - 1}\n}}",
        $"  return first = %{7000 + count}",
    ];

    // Dimensions that are one another.
    private static IEnumerable<string> Unknowns(int count) =>
    [
        .. Enumerable.Range(0, count).Select(n => $"%{7000 + n}=broadcast[?{n:D6}]1"),
        .. Enumerable.Range(0, count - 1).Select(n => $"%{7000 + count + n}=add %{7000 + n},%{7001 + n}"),
        "  return first = %7000",
    ];

    // Each value reads the two before it, so that the ways to the first one multiply; sums and norms of rows follow.
    private static IEnumerable<string> Ways(int count, string op) =>
    [
        "%7000=broadcast[2,1]2", "%7001=broadcast[2,1]3", "%z=broadcast[2,3]1",
        .. Enumerable.Range(7002, count).Select(n => $"%{n}={op} %{n - 2},%{n - 1}"),
        $"%a=mul %z,%{7001 + count}", "%b=add %z,%a", "%c=sum[1]%b", "%d=mul %z,%z", "%e=sum[1]%d", "%f=reshape[2,1]%e", "%g=sqrt %f",
        "%h=div 1,%g", "%i=mul %z,%h", "%j=mul %a,%i", "%k=sum[1]%j", "%l=add %c,%k",
        "  return first = %l",
    ];

    // The new state is a long way from the old one.
    private static string Next(string text, int count, string op)
    {
        Match next = Regex.Match(text, @"^  next (\S+) = (\S+)$", RegexOptions.Multiline);
        if (!next.Success)
            return text;
        string operands(string x) => op == "tanh" ? x : $"{x},{x}";
        IEnumerable<string> chain =
            Enumerable.Range(7000, count).Select(n => $"%{n}={op} {operands(n > 7000 ? $"%{n - 1}" : next.Groups[1].Value)}");
        return $"{text[..next.Index]}{string.Join('\n', chain)}\n  next {next.Groups[1].Value} = %{6999 + count}"
            + $"{text[(next.Index + next.Length)..]}";
    }

    // Each value reads all the ones before it, in pairs.
    private static IEnumerable<string> Fan(int count) =>
        ["%7000=broadcast[2]1", "%7001=broadcast[2]2",
            .. Enumerable.Range(7002, count).Select(n => $"%{n}=mul %{7000 + ((n - 7000) / 2)},%{n - 1}"),
            $"  return first = %{7001 + count}"];

    // The result stands in front of the others, so that a step computes it.
    private static string First(string text, IEnumerable<string> lines)
    {
        Match first = Regex.Match(text, @"^  (?:return|next) ", RegexOptions.Multiline);
        int at = first.Success ? first.Index : text.Length;
        return $"{text[..at]}{string.Join('\n', lines)}\n{text[at..]}";
    }
}
