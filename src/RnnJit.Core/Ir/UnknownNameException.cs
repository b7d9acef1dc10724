namespace RnnJit;

/// <summary>A Program, model or stream has no input, output or parameter of the name asked for; the message
/// lists the names there are.</summary>
/// <param name="owner">Who was asked, for instance <c>Program 'Lstm'</c>.</param>
/// <param name="kind">What was asked for: input, output, state or parameter.</param>
/// <param name="known">The names there are.</param>
public sealed class UnknownNameException(string owner, string kind, string name, IEnumerable<string> known)
    : KeyNotFoundException($"{owner} has no {kind} '{name}' ({Cure(name, [.. known], kind)})")
{
    /// <summary>The name that was asked for.</summary>
    public string Name { get; } = name;

    private static string Cure(string name, string[] known, string kind) =>
        known.Length == 0 ? $"it has no {kind}" : $"{Ir.NearName.Suggest(name, known)}its {kind}s are {string.Join(", ", known)}";
}
