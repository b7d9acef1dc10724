using System.CommandLine;
using System.CommandLine.Parsing;
using RnnJit.Ir;

namespace RnnJit.Cli;

/// <summary>
/// The error message of a malformed command line: the part that is wrong, and the command whose help says what is wanted. The parser's own
/// messages end in full stops and give no cure.
/// </summary>
internal static class ParseSentence
{
    /// <param name="tool">The program's name, for its help.</param>
    /// <returns>Null where nothing is wrong.</returns>
    public static string? Of(ParseResult parsed, string tool = "rnnjit")
    {
        string help = $"see '{tool} {string.Join(" ", Commands(parsed.CommandResult).Reverse())}--help'";

        // The parser takes the next option for the value that is missing.
        foreach (OptionResult option in Options(parsed.CommandResult))
        {
            if (option.Tokens.Count == 1 && option.Tokens[0].Value.StartsWith("--", StringComparison.Ordinal))
                return $"{option.Option.Name} has no value before {option.Tokens[0].Value} (give {Wanted(option.Option)}; {help})";
        }

        if (WrongDash(parsed) is { } dashed)
            return $"'{dashed}' begins with '{dashed[0]}', wanted '-' ({NearName.Suggest(dashed, Names(parsed))}{help})";
        if (EmptyPath(parsed.CommandResult) is { } empty)
            return $"{empty} is empty (give one; {help})";
        if (parsed.Errors.Count == 0)
            return Above(parsed.CommandResult) is { } above
                ? $"'{above}' has no meaning with '{parsed.CommandResult.Command.Name}', which stands behind it (leave it out; {help})"
                : null;
        if (parsed.UnmatchedTokens.Count > 0)
            return $"'{parsed.UnmatchedTokens[0]}' is no option or command here "
                + $"({NearName.Suggest(parsed.UnmatchedTokens[0], Names(parsed))}{help})";
        ParseError error = parsed.Errors.FirstOrDefault(found => found.SymbolResult is OptionResult) ?? parsed.Errors[0];
        return error.SymbolResult is not OptionResult at ? $"{error.Message.TrimEnd('.')} ({help})"
            : at.Tokens.Count == 0 ? $"{at.Option.Name} has no value (give {Wanted(at.Option)}; {help})"
            : at.Tokens.Count > 1 && !error.Message.EndsWith(')')
                ? $"{at.Option.Name} is given {at.Tokens.Count} values (give {Wanted(at.Option)}; {help})"
            : error.Message.EndsWith(')') ? error.Message
            : $"{error.Message.TrimEnd('.')} ({help})";
    }

    // Editors write a dash in place of one or two hyphens: U+2010 to U+2015, U+2212.
    private static string? WrongDash(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
        .Concat(parsed.UnmatchedTokens).FirstOrDefault(token => token.Length > 1 && token[0] is (>= '\u2010' and <= '\u2015') or '\u2212');

    // An empty argument is no cell and no path; an option may have an empty text.
    private static string? EmptyPath(CommandResult command)
    {
        static bool IsEmpty(SymbolResult result) => result.Tokens.Any(token => token.Value.Length == 0);
        return command.Children.OfType<ArgumentResult>().FirstOrDefault(IsEmpty)?.Argument.Name
            ?? Options(command).FirstOrDefault(option => IsEmpty(option) && option.Option.HelpName is ("file" or "folder"))?.Option.Name;
    }

    // What is written before a subcommand belongs to the command above it, which does not run.
    private static string? Above(CommandResult command)
    {
        for (CommandResult? above = command.Parent as CommandResult; above is not null; above = above.Parent as CommandResult)
        {
            foreach (SymbolResult child in above.Children)
            {
                if (child is OptionResult { Implicit: false, Option: { Recursive: false } option })
                    return option.Name;
                if (child is ArgumentResult { Tokens: [var first, ..] })
                    return first.Value;
            }
        }

        return null;
    }

    private static IEnumerable<string> Names(ParseResult parsed)
    {
        Command here = parsed.CommandResult.Command, root = parsed.RootCommandResult.Command;
        return here.Options.Concat(root.Options.Where(option => option.Recursive)).Select(option => option.Name)
            .Concat(here.Subcommands.Select(command => command.Name));
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
