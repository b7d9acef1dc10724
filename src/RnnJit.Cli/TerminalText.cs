using System.Globalization;
using System.Text;

namespace RnnJit.Cli;

/// <summary>A writer in front of a terminal. Names and texts from files cannot move the cursor, change colours or reverse the reading
/// direction: control and format characters are shown as <c>\u001B</c>. Tabs and line ends pass.</summary>
internal sealed class TerminalText(TextWriter output) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        if (IsSafe(value))
            output.Write(value);
        else
            output.Write(Shown(value));
    }

    public override void Write(string? value) => output.Write(Of(value ?? ""));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine() => output.WriteLine();

    public override void WriteLine(string? value) => output.WriteLine(Of(value ?? ""));

    public override void Flush() => output.Flush();

    /// <summary>The text with every unsafe character shown by its number.</summary>
    public static string Of(string text)
    {
        if (text.All(IsSafe))
            return text;

        var shown = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            bool lineEnd = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            shown.Append(lineEnd || IsSafe(text[i]) ? text[i].ToString() : Shown(text[i]));
        }

        return shown.ToString();
    }

    // Format characters include the bidirectional overrides (UAX #9) and zero-width characters; U+200C and U+200D
    // join letters and emoji and move nothing.
    private static bool IsSafe(char c) => c is '\n' or '\t' or '\u200C' or '\u200D' || CharUnicodeInfo.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Shown(char c) => "\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture);
}
