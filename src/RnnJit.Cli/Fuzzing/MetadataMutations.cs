using System.Text.RegularExpressions;
using RnnJit.Randomness;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Metadata that is missing, of another kind, or of another size.</summary>
internal static class MetadataMutations
{
    private const int Megabyte = 1 << 20;

    public static IEnumerable<Mutation> All =>
    [
        Mutation.OfFile("metadata.removed", (file, random) => file.Texts.RemoveAt(random.NextInt32(file.Texts.Count))),
        Mutation.OfFile("metadata.all-removed", (file, _) => file.Texts.Clear()),
        Mutation.OfFile("metadata.word", (file, random) => file[Key(file, random)] = random.Word()),
        Mutation.OfFile("metadata.number", (file, random) => file[Key(file, random)] = random.Number()),
        Mutation.OfFile("metadata.swapped", (file, random) => Swap(file, Key(file, random), Key(file, random))),
        Mutation.OfFile("metadata.character", (file, random) => Edit(file, Key(file, random), random.Flip)),
        Mutation.OfFile("metadata.doubled", (file, random) => Edit(file, Key(file, random), text => text + text)),
        Mutation.OfFile("metadata.cut", (file, random) => Edit(file, Key(file, random), text => text[..random.NextInt32(text.Length + 1)])),
        Mutation.OfFile("metadata.huge", (file, random) =>
            Edit(file, Key(file, random), text => text + new string((char)random.One([' ', '\n', 'x', '0', '#']), 5 * Megabyte))),
        Mutation.OfFile("metadata.added", (file, random) => file[random.Word()] = random.Word()),
        Mutation.OfFile("metadata.many", (file, random) => Many(file, random.NextInt32(20_000))),
        Mutation.OfFile("metadata.format",
            (file, random) => file["format"] = random.One(["rnnjit 2", "pt", "", "rnnjit 1 ", random.Word()])),
        Mutation.OfFile("precision.other", (file, random) =>
            file["precision"] = random.One(["F64", "F32", "I32", "0", "1", "2", "3", "-1", "f32", "F32,F64", "99999999999", ""])),
        Mutation.OfFile("sizes.number", (file, random) => Edit(file, "sizes",
            json => Replaced(json, @"-?\d+", random.Extreme().ToString(System.Globalization.CultureInfo.InvariantCulture), random))),
        Mutation.OfFile("sizes.large", (file, random) => Edit(file, "sizes", json =>
            Replaced(json, @"-?\d+", (1 << random.NextInt32(31)).ToString(System.Globalization.CultureInfo.InvariantCulture), random))),
        Mutation.OfFile("sizes.symbol", (file, random) => Edit(file, "sizes",
            json => Replaced(json, @"""\w+""", random.One(["\"T\"", "\"B\"", "\"\"", "\"Q\"", "\"4H\"", "\"-H\"", "\"?\""]), random))),
        Mutation.OfFile("sizes.added", (file, random) => Edit(file, "sizes",
            json => "{" + $"\"{random.One(["T", "B", "Q", "", "H", "?1"])}\":{random.Extreme()}," + json.TrimStart('{'))),
        Mutation.OfFile("sizes.json", (file, random) => file["sizes"] = random.One(["null", "[]", "{}", "{\"H\":null}", "{\"H\":\"5\"}",
            "{\"H\":5.5}", "{\"H\":1e3}", "{\"H\":{}}", "{\"H\":5,\"H\":6}", "{", new string('[', 10_000)])),
    ];

    /// <summary>Replaces one match by chance.</summary>
    public static string Replaced(string text, string pattern, string with, RandomStream random)
    {
        MatchCollection matches = Regex.Matches(text, pattern);
        if (matches.Count == 0)
            return text;
        Match match = matches[random.NextInt32(matches.Count)];
        return string.Concat(text.AsSpan(0, match.Index), with, text.AsSpan(match.Index + match.Length));
    }

    /// <summary>Changes one text.</summary>
    public static void Edit(ForgedFile file, string key, Func<string, string> edit) => file[key] = edit(file[key]);

    private static string Key(ForgedFile file, RandomStream random) => random.One(file.Texts).Key;

    private static void Swap(ForgedFile file, string a, string b) => (file[a], file[b]) = (file[b], file[a]);

    private static void Many(ForgedFile file, int count)
    {
        for (int i = 0; i < count; i++)
            file.Texts.Add(new("more" + i, "x"));
    }
}
