using System.Collections.Concurrent;

namespace RnnJit;

/// <summary>Warnings of slow and narrow paths, each once per process. Safe for several threads.</summary>
public static class Warnings
{
    private static readonly WarningLog Log = new(sentence => Console.Error.WriteLine(sentence));

    /// <summary>
    /// Takes each warning, <c>warning RNNJ2xx: sentence</c>; standard error until it is replaced, null silences. Calls may come from
    /// several threads at once. Exceptions from the sink are dropped, so that a warning never ends a run.
    /// </summary>
    public static Action<string>? Sink
    {
        get => Log.Sink;
        set => Log.Sink = value;
    }

    /// <param name="key">The subject of the warning: one warning is given for each id and key.</param>
    internal static void Once(string id, string key, string sentence) => Log.Once(id, key, sentence);
}

/// <summary>The warnings given so far, and the sink of further ones.</summary>
internal sealed class WarningLog(Action<string>? sink)
{
    /// <summary>The most warnings of a process: cells that are made as it runs do not fill memory.</summary>
    public const int Most = 1000;

    private readonly ConcurrentDictionary<(string Id, string Key), bool> said = new();
    private volatile Action<string>? sink = sink;

    public Action<string>? Sink
    {
        get => sink;
        set => sink = value;
    }

    /// <summary>Reports a sentence once per key. Without a sink nothing is reported, and the sentence does not count as reported.</summary>
    public void Once(string id, string key, string sentence)
    {
        if (sink is not { } to || said.Count >= Most || !said.TryAdd((id, key), true))
            return;

        try
        {
            to($"warning {id}: {sentence}");
        }
        catch (Exception)
        {
            // A warning never ends a run.
        }
    }
}
