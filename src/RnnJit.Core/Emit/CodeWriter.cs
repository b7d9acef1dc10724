using System.Text;

namespace RnnJit.Emit;

/// <summary>Lines of C# with indentation; line ends are \n on every system.</summary>
public sealed class CodeWriter
{
    private readonly StringBuilder text = new();
    private int depth;

    public void Line(string line = "")
    {
        if (line.Length > 0)
            text.Append(' ', 4 * depth).Append(line);
        text.Append('\n');
    }

    public void Open(string header)
    {
        Line(header);
        Open();
    }

    public void Open()
    {
        Line("{");
        depth++;
    }

    public void Close()
    {
        depth--;
        Line("}");
    }

    public void Constraints(IEnumerable<string> types)
    {
        depth++;
        foreach (string type in types)
            Line("where " + type);
        depth--;
    }

    public override string ToString() => text.ToString();
}
