using RnnJit.Ir;

namespace RnnJit.Text;

/// <content>Lines of the text, and errors that name them.</content>
public sealed partial class Parser
{
    // The next line that holds more than a comment.
    private bool Next(out Piece line)
    {
        while (offset <= text.Length)
        {
            int end = text.IndexOf('\n', offset);
            line = new Piece(text, offset, (end < 0 ? text.Length : end) - offset);
            offset += line.Length + 1;
            position++;
            int comment = line.IndexOf('#');
            line = (comment < 0 ? line : line.To(comment)).Trim();
            if (HoldsUnknown(line))
                throw new GraphException("RNNJ177", $"Line {position}: {Quoted(line)} has an unknown dimension (name it)");
            if (line.Length > 0)
                return true;
        }

        line = default;
        return false;
    }

    // Unknown dimensions are for tracing only: the unified dimension can be longer than the text.
    private static bool HoldsUnknown(Piece line)
    {
        int depth = 0;
        for (int i = 0; i < line.Length; i++)
        {
            depth += line[i] == '[' ? 1 : line[i] == ']' ? -1 : 0;
            if (depth > 0 && line[i] == '?')
                return true;
        }

        return false;
    }

    // A file may hold lines of any length.
    private static string Quoted(Piece text) => text.Length <= LongestQuote ? $"'{text}'" : $"'{text.To(LongestQuote)}…'";

    private GraphException Error(string sentence) => new("RNNJ106", $"Line {position}: {sentence}");

    private int Closing(Piece text, int open)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (depth == 0)
                return i;
        }

        throw Error($"'[' is not closed in '{text}'");
    }

    // The first occurrence outside brackets; "->" has no '=' and "!=" does not occur.
    private static int TopLevel(Piece text, char sought)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (depth == 0 && text[i] == sought)
                return i;
        }

        return -1;
    }
}
