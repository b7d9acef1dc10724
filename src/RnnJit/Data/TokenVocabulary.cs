using System.Text;

namespace RnnJit.Data;

/// <summary>
/// Tokens and their codes: words or characters, the most frequent first, equally frequent ones in ordinal order. Codes 0 to 3 are reserved
/// for padding, unknown tokens, and the start and end of a sequence, unless <see cref="TokenOptions.Reserved"/> is false. A text cannot
/// name a reserved token: one that is spelled like it is an unknown token.
/// </summary>
public sealed partial class TokenVocabulary
{
    /// <summary>The code of padding.</summary>
    public const int Padding = 0;

    /// <summary>The code of every token that is not in the vocabulary.</summary>
    public const int Unknown = 1;

    /// <summary>The code before the first token of a sequence.</summary>
    public const int Start = 2;

    /// <summary>The code that ends a sequence, after its last token.</summary>
    public const int End = 3;

    private static readonly string[] ReservedNames = ["<pad>", "<unk>", "<s>", "</s>"];

    private readonly string[] tokens;
    private readonly Dictionary<string, int> codes;

    private TokenVocabulary(TokenKind kind, bool reserved, IReadOnlyList<string> counted)
    {
        (Kind, HasReserved) = (kind, reserved);
        tokens = reserved ? [.. ReservedNames, .. counted] : [.. counted];
        int first = tokens.Length - counted.Count;
        codes = new Dictionary<string, int>(counted.Count, StringComparer.Ordinal);
        for (int i = 0; i < counted.Count; i++)
            codes.Add(counted[i], first + i);
    }

    /// <summary>Words or characters.</summary>
    public TokenKind Kind { get; }

    /// <summary>Codes 0 to 3 are reserved.</summary>
    public bool HasReserved { get; }

    /// <summary>The number of codes, reserved ones included.</summary>
    public int Count => tokens.Length;

    /// <summary>The token of a code.</summary>
    /// <exception cref="TextDataException">No token has it.</exception>
    public string this[int code] => (uint)code < (uint)Count
        ? tokens[code]
        : throw new TextDataException($"No token has the code {code}, wanted 0 to {Count - 1} (decode codes of this vocabulary only)");

    /// <summary>The words of texts, which white space separates.</summary>
    /// <inheritdoc cref="Of"/>
    public static TokenVocabulary Words(IEnumerable<string> texts, TokenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Of(texts.Select(text => Cut(text, TokenKind.Words)), options);
    }

    /// <summary>The characters (Unicode scalar values) of texts.</summary>
    /// <inheritdoc cref="Of"/>
    public static TokenVocabulary Characters(IEnumerable<string> texts, TokenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Counted(TokenKind.Characters, texts.Select(text => Cut(text, TokenKind.Characters)), options ?? new TokenOptions());
    }

    /// <summary>The tokens of sequences that are cut already, such as tags; as text they are words.</summary>
    /// <exception cref="ArgumentException">A text or sequence is null, the least count is below 1, or the most size leaves no room for a
    /// token.</exception>
    /// <exception cref="TextDataException">No token is frequent enough, or one is empty or holds half of a surrogate pair.</exception>
    public static TokenVocabulary Of(IEnumerable<IEnumerable<string>> sequences, TokenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return Counted(TokenKind.Words, sequences, options ?? new TokenOptions());
    }

    /// <summary>The code of a token; <see cref="Unknown"/> for one that is not in the vocabulary.</summary>
    /// <exception cref="TextDataException">The token is not in the vocabulary and no code is reserved for that.</exception>
    public int CodeOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (codes.TryGetValue(token, out int code))
            return code;
        return HasReserved
            ? Unknown
            : throw new TextDataException(
                $"'{Shown(token)}' is not among the {Count} tokens of the vocabulary (correct it, or reserve a code for unknown tokens)");
    }

    /// <summary>The codes of tokens.</summary>
    /// <param name="ends">True: adds <see cref="Start"/> before the first token and <see cref="End"/> after the last.</param>
    /// <exception cref="TextDataException">A token is unknown and no code is reserved for that.</exception>
    /// <exception cref="ArgumentException">Ends are wanted and none are reserved.</exception>
    public int[] Encode(IEnumerable<string> tokens, bool ends = false)
    {
        if (ends && !HasReserved)
        {
            throw new ArgumentException(
                "Start and end are wanted but the vocabulary reserves no codes (build it with TokenOptions.Reserved)");
        }

        ArgumentNullException.ThrowIfNull(tokens);
        int[] found = [.. tokens.Select(CodeOf)];
        return ends ? [Start, .. found, End] : found;
    }

    /// <summary>The codes of a text's words or characters.</summary>
    /// <inheritdoc cref="Encode"/>
    public int[] EncodeText(string text, bool ends = false) => Encode(Cut(text, Kind), ends);

    /// <summary>The tokens of codes without padding, start and end; an unknown one is <c>&lt;unk&gt;</c>.</summary>
    /// <exception cref="TextDataException">No token has one of the codes.</exception>
    public string[] Decode(IEnumerable<int> codes) =>
        [.. codes.Where(code => !HasReserved || code is not (Padding or Start or End)).Select(code => this[code])];

    /// <summary>The text of codes: words with a space between them, or characters.</summary>
    /// <inheritdoc cref="Decode"/>
    public string DecodeText(IEnumerable<int> codes) => string.Join(Kind == TokenKind.Words ? " " : "", Decode(codes));

    private static TokenVocabulary Counted(TokenKind kind, IEnumerable<IEnumerable<string>> sequences, TokenOptions options)
    {
        int reserved = options.Reserved ? ReservedNames.Length : 0;
        if (options.MinimumCount < 1)
            throw new ArgumentException($"The least count of a token is {options.MinimumCount}, wanted at least 1 (1 takes all in)");
        if (options.MostSize != 0 && options.MostSize <= reserved)
        {
            throw new ArgumentException(
                $"A vocabulary of {options.MostSize} tokens has room for no token, {reserved} are reserved (give more, or 0 for no limit)");
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string token in sequences.SelectMany(sequence => sequence
            ?? throw new ArgumentException("A sequence of tokens is null, wanted tokens (give an empty one where there are none)")))
        {
            if (options.Reserved && ReservedNames.Contains(token))
                continue;
            if (Fault(token) is { } fault)
                throw new TextDataException($"A token {fault} (leave it out)");
            counts[token] = counts.GetValueOrDefault(token) + 1;
        }

        IEnumerable<string> frequent = counts.Where(pair => pair.Value >= options.MinimumCount)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key);
        string[] chosen = [.. frequent.Take(Math.Min(MostTokens, options.MostSize == 0 ? MostTokens : options.MostSize) - reserved)];
        return chosen.Length > 0
            ? new TokenVocabulary(kind, options.Reserved, chosen)
            : throw new TextDataException(
                $"None of {counts.Count} tokens occurs {options.MinimumCount} times (give more text or a smaller least count)");
    }

    private static IEnumerable<string> Cut(string? text, TokenKind kind)
    {
        if (text is null)
            throw new ArgumentException("A text is null, wanted words or characters (give an empty text where there are none)");
        return kind == TokenKind.Words
            ? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            : text.EnumerateRunes().Select(rune => rune.ToString());
    }

    private static string? Fault(string token)
    {
        if (string.IsNullOrEmpty(token))
            return "is empty";
        return Files.UnicodeText.IsValid(token) ? null : $"'{Shown(token)}' holds half of a surrogate pair";
    }

    private static string Shown(string token)
    {
        var shown = new StringBuilder();
        foreach (Rune rune in token.EnumerateRunes().Take(100))
            _ = Rune.IsControl(rune) ? shown.Append($"U+{rune.Value:X4}") : shown.Append(rune.ToString());
        return shown.ToString();
    }
}
