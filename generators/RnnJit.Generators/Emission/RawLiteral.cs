using System.Text;

namespace RnnJit.Generators.Emission;

/// <summary>Texts as raw literals of UTF-8, which take half of what a string takes in an assembly.</summary>
internal static class RawLiteral
{
    /// <summary>The lines of the literal, indented by so many spaces; it begins on a line of its own.</summary>
    public static string Utf8(string content, int spaces)
    {
        // A raw literal begins with more quotes than the text has in a row.
        int longest = 0, run = 0;
        foreach (char c in content)
        {
            run = c == '"' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        string quotes = new('"', Math.Max(3, longest + 1)), indent = new(' ', spaces);
        var text = new StringBuilder();
        text.Append('\n').Append(indent).Append(quotes).Append('\n');
        foreach (string line in content.Split('\n'))
            text.Append(line.Length == 0 ? "" : indent).Append(line).Append('\n');
        return text.Append(indent).Append(quotes).Append("u8").ToString();
    }
}
