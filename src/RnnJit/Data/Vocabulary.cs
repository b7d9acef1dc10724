using System.Text;

namespace RnnJit.Data;

/// <summary>The distinct characters (Unicode scalar values) of a text in ascending order; a character's code is its place.</summary>
public sealed class Vocabulary
{
    private readonly Rune[] characters;

    private Vocabulary(Rune[] characters) => this.characters = characters;

    public int Count => characters.Length;

    /// <summary>All characters in the order of their codes; <see cref="FromString"/> restores the vocabulary, for
    /// instance from a checkpoint.</summary>
    public override string ToString() => Decode([.. Enumerable.Range(0, Count)]);

    /// <summary>The distinct characters of a text.</summary>
    public static Vocabulary Of(CharacterText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Vocabulary([.. text.Characters.ToArray().Distinct().Order()]);
    }

    /// <summary>The vocabulary that <see cref="ToString"/> wrote down.</summary>
    /// <exception cref="TextDataException">The characters are none, repeated or not ascending.</exception>
    public static Vocabulary FromString(string characters)
    {
        var runes = CharacterText.From(characters, "the vocabulary").Characters.ToArray();
        for (var i = 1; i < runes.Length; i++)
        {
            if (runes[i] <= runes[i - 1])
                throw new TextDataException(
                    $"The vocabulary has {Name(runes[i])} after {Name(runes[i - 1])}, wanted distinct ascending characters "
                        + "(it is damaged)");
        }

        return new Vocabulary(runes);
    }

    /// <summary>The character of a code.</summary>
    /// <exception cref="TextDataException">No character has that code.</exception>
    public Rune this[int code] => (uint)code < (uint)Count
        ? characters[code]
        : throw new TextDataException($"No character has the code {code}, wanted 0 to {Count - 1} (decode codes of this vocabulary only)");

    /// <summary>The codes of a text's characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="skipUnknown">Leave out characters that are not in the vocabulary instead of refusing them.</param>
    /// <exception cref="TextDataException">A character is unknown; the message names it and its place.</exception>
    public int[] Encode(CharacterText text, bool skipUnknown = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var codes = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text.Characters.Span[i];
            var code = Array.BinarySearch(characters, character);
            if (code >= 0)
                codes.Add(code);
            else if (!skipUnknown)
                throw new TextDataException(
                    $"Character {i} of {text.Source}, {Name(character)}, is not among the {Count} of the vocabulary "
                        + "(remove it or skip unknown characters)");
        }

        return [.. codes];
    }

    /// <summary>The codes of a string's characters; the empty string has none.</summary>
    /// <inheritdoc cref="Encode(CharacterText, bool)"/>
    public int[] Encode(string text, bool skipUnknown = false) => text.Length == 0 ? [] : Encode(CharacterText.From(text), skipUnknown);

    /// <summary>The text of these codes.</summary>
    /// <exception cref="TextDataException">No character has one of the codes.</exception>
    public string Decode(ReadOnlySpan<int> codes)
    {
        var text = new StringBuilder(codes.Length);
        foreach (var code in codes)
            text.Append(this[code].ToString());
        return text.ToString();
    }

    private static string Name(Rune character) => Rune.IsControl(character) || Rune.IsWhiteSpace(character)
        ? $"U+{character.Value:X4}"
        : $"'{character}' (U+{character.Value:X4})";
}
