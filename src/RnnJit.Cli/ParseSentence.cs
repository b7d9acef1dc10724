using System.CommandLine;
using System.CommandLine.Parsing;

namespace RnnJit.Cli;

/// <summary>What is wrong with a command line as it is written: what was found, and where help is. The parser's texts end in full stops and know no cure.</summary>
internal static class ParseSentence
{
    /// <returns>Null where nothing is wrong.</returns>
    public static string? Of(ParseResult parsed)
    {
        string help = $"see 'rnnjit {string.Join(" ", Commands(parsed.CommandResult).Reverse())}--help'";

        // The parser takes the next option for the value that is missing.
        foreach (OptionResult option in Options(parsed.CommandResult))
        {
            if (option.Tokens.Count == 1 && option.Tokens[0].Value.StartsWith("--", StringComparison.Ordinal))
                return $"{option.Option.Name} has no value before {option.Tokens[0].Value} (give {Wanted(option.Option)}; {help})";
        }

        if (parsed.Errors.Count == 0)
            return null;
        if (parsed.UnmatchedTokens.Count > 0)
            return $"'{parsed.UnmatchedTokens[0]}' is no option or command here ({help})";
        ParseError error = parsed.Errors[0];
        return error.SymbolResult is not OptionResult at ? $"{error.Message.TrimEnd('.')} ({help})"
            : at.Tokens.Count == 0 ? $"{at.Option.Name} has no value (give {Wanted(at.Option)}; {help})"
            : at.Tokens.Count > 1 && !error.Message.EndsWith(')') ? $"{at.Option.Name} is given {at.Tokens.Count} values (give {Wanted(at.Option)}; {help})"
            : error.Message.EndsWith(')') ? error.Message
            : $"{error.Message.TrimEnd('.')} ({help})";
    }

    private static string Wanted(Option option) => option.HelpName is { } name ? $"one: {name}" : "one";

    private static IEnumerable<OptionResult> Options(CommandResult? command)
    {
        for (; command is not null; command = command.Parent as CommandResult)
        {
            foreach (OptionResult option in command.Children.OfType<OptionResult>())
                yield return option;
        }
    }

    private static IEnumerable<string> Commands(CommandResult? command)
    {
        yield return "";
        for (; command?.Command is not (null or RootCommand); command = command.Parent as CommandResult)
            yield return command.Command.Name;
    }
}
