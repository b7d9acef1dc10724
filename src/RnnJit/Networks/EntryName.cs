namespace RnnJit.Networks;

/// <summary>Names that users give to entries of a checkpoint.</summary>
internal static class EntryName
{
    private const int Longest = 100;

    /// <param name="what">Noun for the named entry in the message, such as metadata.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or has other characters than ASCII letters, digits, dots, hyphens
    /// and underscores.</exception>
    public static void Require(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > Longest || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            string shown = string.Concat(name.Take(Longest).Select(c => c is >= ' ' and <= '~' ? c : '?'));
            throw new ArgumentException(
                $"The name '{shown}' of {what} has {name.Length} characters, " +
                $"wanted 1 to {Longest} letters, digits, dots, hyphens and underscores (choose such a name)");
        }
    }
}
