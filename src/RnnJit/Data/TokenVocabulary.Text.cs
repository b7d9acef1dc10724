using System.Text;

namespace RnnJit.Data;

public sealed partial class TokenVocabulary
{
    /// <summary>The most tokens of a vocabulary, reserved ones included.</summary>
    public const int MostTokens = 1_000_000;

    private const string Title = "rnnjit-vocabulary";
    private const string WithReserved = "reserved";
    private const string WithoutReserved = "plain";

    /// <summary>
    /// The vocabulary as text, which <see cref="FromString"/> reads: <c>rnnjit-vocabulary words reserved</c>, then a line for each token
    /// in the order of the codes from the first that is not reserved. In a token <c>\n</c>, <c>\r</c> and <c>\\</c> stand for a line feed,
    /// a carriage return and a backslash.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Title} {Name(Kind)} {(HasReserved ? WithReserved : WithoutReserved)}");
        foreach (string token in tokens.Skip(HasReserved ? ReservedNames.Length : 0))
        {
            text.Append('\n');
            foreach (char c in token)
            {
                _ = c switch
                {
                    '\n' => text.Append("\\n"),
                    '\r' => text.Append("\\r"),
                    '\\' => text.Append("\\\\"),
                    _ => text.Append(c),
                };
            }
        }

        return text.ToString();
    }

    /// <summary>The vocabulary that <see cref="ToString"/> wrote.</summary>
    /// <exception cref="TextDataException">The text is none, or a token is empty, reserved, there twice, or beyond the most
    /// tokens.</exception>
    public static TokenVocabulary FromString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.Split('\n', MostTokens + 2);
        var (kind, reserved) = ReadTitle(lines[0]);
        int most = MostTokens - (reserved ? ReservedNames.Length : 0);
        if (lines.Length == 1 || lines.Length - 1 > most)
        {
            throw new TextDataException(
                $"The vocabulary has {(lines.Length == 1 ? "no token" : $"more than {most} tokens")}, wanted 1 to {most} (it is damaged)");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var counted = new string[lines.Length - 1];
        for (int i = 0; i < counted.Length; i++)
        {
            string token = Unescaped(lines[i + 1], i + 2);
            string? fault = Fault(token)
                ?? (kind == TokenKind.Characters && token.EnumerateRunes().Count() > 1 ? $"'{Shown(token)}' is no single character" : null);
            fault ??= reserved && ReservedNames.Contains(token) ? $"'{token}' is reserved" : null;
            fault ??= seen.Add(token) ? null : $"'{Shown(token)}' is there twice";
            if (fault is not null)
                throw new TextDataException($"Line {i + 2} of the vocabulary: the token {fault} (it is damaged)");
            counted[i] = token;
        }

        return new TokenVocabulary(kind, reserved, counted);
    }

    private static (TokenKind Kind, bool Reserved) ReadTitle(string line)
    {
        foreach (TokenKind kind in Enum.GetValues<TokenKind>())
        {
            if (line == $"{Title} {Name(kind)} {WithReserved}")
                return (kind, true);
            if (line == $"{Title} {Name(kind)} {WithoutReserved}")
                return (kind, false);
        }

        throw new TextDataException(
            $"The vocabulary begins with '{Shown(line)}', wanted '{Title} words {WithReserved}', " +
            $"or characters, or {WithoutReserved} (it is none or of another version)");
    }

    private static string Unescaped(string line, int number)
    {
        if (!line.Contains('\\', StringComparison.Ordinal))
            return line;
        var token = new StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                token.Append(line[i]);
                continue;
            }

            i++;
            token.Append((i < line.Length ? line[i] : ' ') switch
            {
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => throw new TextDataException(
                    $"Line {number} of the vocabulary has a backslash before no n, r or backslash (it is damaged)"),
            });
        }

        return token.ToString();
    }

    private static string Name(TokenKind kind) => kind == TokenKind.Words ? "words" : "characters";
}
