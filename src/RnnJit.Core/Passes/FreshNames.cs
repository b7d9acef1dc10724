namespace RnnJit.Passes;

/// <summary>Unique names: the wanted name if it is free, else with as many underscores appended as are needed.</summary>
/// <param name="taken">Names that are there already.</param>
internal sealed class FreshNames(IEnumerable<string> taken)
{
    private readonly HashSet<string> names = new(taken, StringComparer.Ordinal);
    private readonly Dictionary<string, string> last = new(StringComparer.Ordinal);

    public string Of(string wish)
    {
        // Names are never given back, so the search goes on from the name that the same wish got before.
        string name = last.TryGetValue(wish, out string? before) ? before + "_" : wish;
        while (!names.Add(name))
            name += "_";
        return last[wish] = name;
    }
}
