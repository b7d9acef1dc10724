namespace RnnJit;

/// <summary>A Program, model or stream has no input, output or parameter of the name asked for; the message
/// lists the names there are.</summary>
/// <param name="owner">The object that was searched, for instance <c>Program 'Lstm'</c>.</param>
/// <param name="kind">The kind of name: input, output, state or parameter.</param>
/// <param name="known">The names there are.</param>
public sealed class UnknownNameException(string owner, string kind, string name, IEnumerable<string> known)
    : KeyNotFoundException($"{owner} has no {kind} '{name}' ({Cure(name, [.. known], kind)})")
{
    /// <summary>The name that was not found.</summary>
    public string Name { get; } = name;

    private static string Cure(string name, string[] known, string kind) =>
        known.Length == 0 ? $"it has no {kind}" : $"{Ir.NearName.Suggest(name, known)}its {kind}s are {string.Join(", ", known)}";
}
