namespace RnnJit.Text;

/// <summary>A part of a text without a copy of it.</summary>
internal readonly struct Piece(string text, int start, int length)
{
    public int Length { get; } = length;

    public char this[int index] => text[start + index];

    /// <summary>The rest from an index on.</summary>
    public Piece From(int index) => new(text, start + index, Length - index);

    /// <summary>The first characters.</summary>
    public Piece To(int index) => new(text, start, index);

    /// <summary>Without white space at both ends.</summary>
    public Piece Trim()
    {
        int first = start, end = start + Length;
        while (first < end && char.IsWhiteSpace(text[first]))
            first++;
        while (end > first && char.IsWhiteSpace(text[end - 1]))
            end--;
        return new Piece(text, first, end - first);
    }

    /// <summary>Index of the first occurrence of a character; −1 if there is none.</summary>
    public int IndexOf(char sought)
    {
        int at = Length == 0 ? -1 : text.IndexOf(sought, start, Length);
        return at < 0 ? -1 : at - start;
    }

    public bool EndsWith(char last) => Length > 0 && this[Length - 1] == last;

    public bool Is(string other) => other.Length == Length && string.CompareOrdinal(text, start, other, 0, Length) == 0;

    public bool Is(Piece other) => other.Length == Length && other.ComparedTo(text, start) == 0;

    /// <summary>A hash of the characters; in a process of its own seed where the runtime has one.</summary>
    public int Hash()
    {
#if NETSTANDARD2_0
        int hash = 17;
        for (int i = 0; i < Length; i++)
            hash = unchecked((hash * 31) + this[i]);
        return hash;
#else
        return string.GetHashCode(text.AsSpan(start, Length));
#endif
    }

    public override string ToString() => text.Substring(start, Length);

    private int ComparedTo(string other, int at) => string.CompareOrdinal(text, start, other, at, Length);
}
