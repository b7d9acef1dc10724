namespace RnnJit.Ops;

/// <summary>A whole number that an op was given is none of those it takes. The op knows its operands by place, whoever
/// evaluates it knows their names.</summary>
/// <param name="sentence">What was found and wanted, {0} for the name of the first operand, {1} for that of the second.</param>
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
