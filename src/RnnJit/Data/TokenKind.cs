namespace RnnJit.Data;

/// <summary>The parts that a vocabulary cuts texts into.</summary>
public enum TokenKind
{
    /// <summary>Words: text between white space.</summary>
    Words,

    /// <summary>Unicode scalar values.</summary>
    Characters,
}
