namespace RnnJit.Ops;

/// <summary>An op's integer operand is out of range. The op knows its operands by position, the evaluator adds their names.</summary>
/// <param name="sentence">The message, found then wanted, with {0} for the name of the first operand and {1} for the name of the
/// second.</param>
public sealed class OperandException(string sentence) : ArgumentOutOfRangeException(null, Sentence(sentence, ["the indices", "the bounds"]))
{
    /// <summary>The same with names.</summary>
    public ArgumentOutOfRangeException Named(string[] names) => new(null, Sentence(sentence, names));

    private static string Sentence(string sentence, string[] names)
    {
        for (int i = 0; i < names.Length; i++)
            sentence = sentence.Replace("{" + i + "}", names[i]);
        return sentence;
    }
}
