using System.Collections;

namespace RnnJit.Networks;

/// <summary>Values by name; an unknown name gets a sentence with the names there are.</summary>
/// <param name="whose">The subject of the sentence, such as <c>Layer 'decoder'</c>.</param>
/// <param name="kind">The noun for a value in messages, such as <c>sequence</c>.</param>
internal sealed class NamedValues(string whose, string kind, IReadOnlyDictionary<string, Value> values) : IReadOnlyDictionary<string, Value>
{
    public IEnumerable<string> Keys => values.Keys;

    public IEnumerable<Value> Values => values.Values;

    public int Count => values.Count;

    public Value this[string key] =>
        values.TryGetValue(key, out Value? value) ? value : throw new UnknownNameException(whose, kind, key, values.Keys);

    public bool ContainsKey(string key) => values.ContainsKey(key);

    public bool TryGetValue(string key, out Value value) => values.TryGetValue(key, out value!);

    public IEnumerator<KeyValuePair<string, Value>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
