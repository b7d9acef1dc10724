namespace RnnJit.Text;

/// <summary>The parts of a text between commas outside brackets, in turn; empty ones are left out.</summary>
internal struct PieceList(Piece text)
{
    private int start;
    private int depth;

    /// <summary>The number of parts from here on.</summary>
    public readonly int Count()
    {
        PieceList rest = this;
        int count = 0;
        while (rest.Next(out _))
            count++;
        return count;
    }

    /// <returns>False at the end.</returns>
    public bool Next(out Piece part)
    {
        while (start <= text.Length)
        {
            int end = start;
            while (end < text.Length && !Ends(text[end]))
                end++;
            part = text.From(start).To(end - start).Trim();
            start = end + 1;
            if (part.Length > 0)
                return true;
        }

        part = default;
        return false;
    }

    private bool Ends(char c)
    {
        depth += c == '[' ? 1 : c == ']' ? -1 : 0;
        return depth <= 0 && c == ',';
    }
}
