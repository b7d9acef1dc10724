using System.Globalization;
using System.Text;

namespace RnnJit.Emit;

/// <summary>Every name and text that reaches generated C# passes here: names come from files, and C# is compiled and run.</summary>
internal static class CSharpText
{
    private static readonly HashSet<string> Keywords = new(
        ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum "
            + "event explicit extern "
        + "false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object "
            + "operator out override params "
        + "private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true "
            + "try typeof uint ulong "
        + "unchecked unsafe ushort using virtual void volatile while").Split(' '),
        StringComparer.Ordinal);

    // Keywords by context that no type may be called.
    private static readonly HashSet<string> TypeKeywords = new(
        "await dynamic extension field file nint notnull nuint partial record required scoped unmanaged value var where yield".Split(' '),
        StringComparer.Ordinal);

    /// <summary>A valid identifier close to a name: a prime becomes <c>Next</c>, whatever is no letter or digit
    /// <c>_</c>, a keyword gets <c>@</c>.</summary>
    public static string Identifier(string wish)
    {
        var name = new StringBuilder();
        foreach (char c in wish)
            name.Append(c == '\'' ? "Next" : char.IsLetterOrDigit(c) || c == '_' ? c.ToString() : "_");
        if (name.Length == 0 || char.IsDigit(name[0]))
            name.Insert(0, '_');

        return Keywords.Contains(name.ToString()) ? "@" + name : name.ToString();
    }

    /// <summary>A valid name of a type; no keyword by context either.</summary>
    public static string TypeName(string wish) => Identifier(wish) is var name && TypeKeywords.Contains(name) ? "@" + name : name;

    /// <summary>A namespace whose parts are identifiers.</summary>
    public static string Namespace(string wish) => string.Join(".", wish.Split('.').Select(Identifier));

    /// <summary>A text for a comment: one line, whatever it holds. Only <c>//</c> and <c>///</c> comments are written, so <c>*/</c> ends
    /// none.</summary>
    public static string Comment(string text) => Escaped(text, c => false);

    /// <summary>A text for an XML comment.</summary>
    public static string XmlComment(string text) => Comment(text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;"));

    /// <summary>A text escaped for a string literal, without the quotes.</summary>
    public static string Literal(string text) => Escaped(text, c => c is '"' or '\\');

    private static string Escaped(string text, Func<char, bool> quoted)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
            _ = IsControl(c)
                ? escaped.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture))
                : quoted(c) ? escaped.Append('\\').Append(c) : escaped.Append(c);
        return escaped.ToString();
    }

    // The line ends of C# are CR, LF, U+0085, U+2028 and U+2029 (specification, 6.3.2); format characters reverse what a reader sees.
    private static bool IsControl(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
