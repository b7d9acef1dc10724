using System.Collections;
using System.Diagnostics.CodeAnalysis;
using RnnJit.Files;

namespace RnnJit.Networks;

/// <summary>
/// Texts of the user's that travel in the files of a model, by name: at most <see cref="MostEntries"/>, together at most
/// <see cref="MostCharacters"/> characters with their names. A name has 1 to 100 ASCII letters, digits, dots, hyphens and underscores.
/// </summary>
public sealed class ModelMetadata : IReadOnlyDictionary<string, string>
{
    /// <summary>The most entries.</summary>
    public const int MostEntries = 500;

    /// <summary>The most characters of all entries together, in UTF-16.</summary>
    public const int MostCharacters = 1 << 20;

    private const string Prefix = "metadata.";

    private readonly SortedDictionary<string, string> entries = new(StringComparer.Ordinal);
    private long characters;

    internal ModelMetadata()
    {
    }

    public int Count => entries.Count;

    /// <summary>Names in ordinal order.</summary>
    public IEnumerable<string> Keys => entries.Keys;

    public IEnumerable<string> Values => entries.Values;

    /// <summary>The text of a name; setting it adds or replaces the entry.</summary>
    /// <exception cref="KeyNotFoundException">When read: there is no entry of that name.</exception>
    /// <exception cref="ArgumentException">When set: the name is not usable, the text holds half of a surrogate pair, or there are too many
    /// entries or characters.</exception>
    public string this[string key]
    {
        get => entries.TryGetValue(key, out string? text)
            ? text
            : throw new KeyNotFoundException($"The metadata has no '{key}' (found: {(Count > 0 ? string.Join(", ", Keys) : "none")})");
        set
        {
            EntryName.Require(key, "metadata");
            ArgumentNullException.ThrowIfNull(value);
            if (!UnicodeText.IsValid(value))
                throw new ArgumentException($"The metadata '{key}' holds half of a surrogate pair (give valid Unicode)");
            if (!entries.ContainsKey(key) && Count == MostEntries)
                throw new ArgumentException($"The metadata has {MostEntries} entries already (remove one, or put several into one text)");
            long total = characters - Size(key) + key.Length + value.Length;
            if (total > MostCharacters)
                throw TooLong(key, total);
            entries[key] = value;
            characters = total;
        }
    }

    /// <summary>Removes an entry, if there is one of that name.</summary>
    public bool Remove(string key)
    {
        characters -= Size(key);
        return entries.Remove(key);
    }

    public bool ContainsKey(string key) => entries.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => entries.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Write(Checkpoint checkpoint)
    {
        foreach (var (name, text) in entries)
            checkpoint[Prefix + name] = text;
    }

    /// <exception cref="CheckpointException">An entry is not usable, or there are too many.</exception>
    internal void Read(Checkpoint checkpoint)
    {
        foreach (var (name, text) in checkpoint.TextsOf(Prefix))
        {
            try
            {
                this[name] = text;
            }
            catch (ArgumentException e)
            {
                throw ModelFile.Unreadable(checkpoint, "metadata entry", e);
            }
        }
    }

    private static ArgumentException TooLong(string key, long total) => new(
        $"The metadata with '{key}' has {total} characters, wanted at most {MostCharacters} (keep large data in a file of its own)");

    private long Size(string key) => entries.TryGetValue(key, out string? text) ? key.Length + text.Length : 0;
}
