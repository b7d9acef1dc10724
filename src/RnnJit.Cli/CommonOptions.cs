using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;

namespace RnnJit.Cli;

/// <summary>Options of several commands, and how options are read.</summary>
internal static class CommonOptions
{
    /// <summary>For every command.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print the result as one JSON object", Recursive = true };

    /// <summary>For every command.</summary>
    public static Option<int> Threads { get; } = Number("--threads",
        "Threads, fewer where there are not enough cores or work; 0: one for each core. Results do not depend on it", 0, recursive: true);

    /// <summary>For every command.</summary>
    public static Option<string?> KernelCache { get; } = new("--kernel-cache")
    {
        Description =
            $"A folder of your own where compiled kernels are kept for the next run (default: the environment's {Jit.KernelCache.Variable}"
                + ", else none)",
        HelpName = "folder",
        Recursive = true,
    };

    public static Option<ulong> Seed() => Number("--seed", "Fixes everything random", 1UL);

    public static Option<string> Text(string name, string description, string fallback) =>
        new(name) { Description = description, DefaultValueFactory = _ => fallback };

    public static Option<string?> Optional(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };

    public static Option<T> Number<T>(string name, string description, T fallback, bool recursive = false)
        where T : struct, INumberBase<T> => new(name)
        {
            Description = description,
            Recursive = recursive,
            HelpName = "number",
            DefaultValueFactory = _ => fallback,
            CustomParser = Parse<T>,
        };

    /// <summary>A number that may be left away.</summary>
    public static Option<double?> Maybe(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result => Parse<double>(result),
    };

    /// <exception cref="UsageException">It is negative.</exception>
    public static double Seconds(ParseResult parsed, Option<double> option) => parsed.GetValue(option) is >= 0 and var seconds
        ? seconds
        : throw new UsageException(
            FormattableString.Invariant($"{option.Name} is {parsed.GetValue(option)}, wanted 0 or more (change it)"));

    /// <summary>Refuses options that another one, or the command itself, does not read: one that is ignored
    /// is a mistake, not a detail.</summary>
    /// <param name="beside">What does not read them, as it is written.</param>
    /// <exception cref="UsageException">One of them is given.</exception>
    public static void RequireAbsent(ParseResult parsed, string beside, params IEnumerable<Option> idle)
    {
        if (idle.FirstOrDefault(option => IsGiven(parsed, option)) is { } given)
            throw new UsageException($"{given.Name} has no meaning with {beside} (leave it out)");
    }

    public static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static T Parse<T>(ArgumentResult result)
        where T : struct, INumberBase<T>
    {
        string found = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (NumberText.TryRead(found, out T number))
            return number;

        result.AddError($"{((OptionResult)result.Parent!).Option.Name} is '{found}', {NumberText.Wanted<T>(found)}");
        return default;
    }
}
