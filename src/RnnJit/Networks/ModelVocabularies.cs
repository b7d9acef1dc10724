using System.Collections;
using System.Diagnostics.CodeAnalysis;
using RnnJit.Data;

namespace RnnJit.Networks;

/// <summary>
/// Vocabularies that travel in the files of a model, by name: at most <see cref="MostEntries"/>, whose texts have at most
/// <see cref="MostCharacters"/> characters together. A name has 1 to 100 ASCII letters, digits, dots, hyphens and underscores.
/// </summary>
public sealed class ModelVocabularies : IReadOnlyDictionary<string, TokenVocabulary>
{
    /// <summary>The most vocabularies.</summary>
    public const int MostEntries = 100;

    /// <summary>The most characters of all vocabularies as text, in UTF-16.</summary>
    public const int MostCharacters = 2 << 20;

    private const string Prefix = "vocabulary.";

    private readonly SortedDictionary<string, (TokenVocabulary Vocabulary, string Text)> entries = new(StringComparer.Ordinal);

    internal ModelVocabularies()
    {
    }

    public int Count => entries.Count;

    /// <summary>Names in ordinal order.</summary>
    public IEnumerable<string> Keys => entries.Keys;

    public IEnumerable<TokenVocabulary> Values => entries.Values.Select(entry => entry.Vocabulary);

    /// <summary>The vocabulary of a name; setting it adds or replaces it.</summary>
    /// <exception cref="KeyNotFoundException">When read: there is none of that name.</exception>
    /// <exception cref="ArgumentException">When set: the name is not usable, or there are too many vocabularies or characters.</exception>
    public TokenVocabulary this[string key]
    {
        get => entries.TryGetValue(key, out var entry)
            ? entry.Vocabulary
            : throw new KeyNotFoundException(
                $"The model has no vocabulary '{key}' (found: {(Count > 0 ? string.Join(", ", Keys) : "none")})");
        set
        {
            EntryName.Require(key, "a vocabulary");
            ArgumentNullException.ThrowIfNull(value);
            if (!entries.ContainsKey(key) && Count == MostEntries)
                throw new ArgumentException($"The model has {MostEntries} vocabularies already (remove one)");
            string text = value.ToString();
            long total = text.Length + entries.Where(entry => entry.Key != key).Sum(entry => (long)entry.Value.Text.Length);
            if (total > MostCharacters)
            {
                throw new ArgumentException(
                    $"The vocabularies of the model with '{key}' have {total} characters, wanted at most {MostCharacters} " +
                    "(take fewer tokens in, see TokenOptions)");
            }

            entries[key] = (value, text);
        }
    }

    /// <summary>Removes a vocabulary, if there is one of that name.</summary>
    public bool Remove(string key) => entries.Remove(key);

    public bool ContainsKey(string key) => entries.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TokenVocabulary value)
    {
        bool found = entries.TryGetValue(key, out var entry);
        value = entry.Vocabulary;
        return found;
    }

    public IEnumerator<KeyValuePair<string, TokenVocabulary>> GetEnumerator() =>
        entries.Select(entry => new KeyValuePair<string, TokenVocabulary>(entry.Key, entry.Value.Vocabulary)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Write(Checkpoint checkpoint)
    {
        foreach (var (name, entry) in entries)
            checkpoint[Prefix + name] = entry.Text;
    }

    /// <exception cref="CheckpointException">A vocabulary is none, its name is not usable, or there are too many.</exception>
    internal void Read(Checkpoint checkpoint)
    {
        (string Name, string Text)[] found = [.. checkpoint.TextsOf(Prefix)];
        long total = found.Sum(entry => (long)entry.Text.Length);
        if (total > MostCharacters)
        {
            throw new CheckpointException(
                $"'{checkpoint.Path}': its vocabularies have {total} characters, wanted at most {MostCharacters} (use another copy)");
        }

        foreach (var (name, text) in found)
        {
            try
            {
                this[name] = TokenVocabulary.FromString(text);
            }
            catch (Exception e) when (e is ArgumentException or TextDataException)
            {
                throw ModelFile.Unreadable(checkpoint, "vocabulary", e);
            }
        }
    }
}
