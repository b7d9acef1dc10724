using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RnnJit;

/// <summary>Warnings of slow and narrow paths, each once per process. Safe for several threads.</summary>
public static class Warnings
{
    private static readonly WarningLog Log = new(new SentenceLogger(sentence => Console.Error.WriteLine(sentence)));

    /// <summary>
    /// Takes each warning as a <see cref="LogLevel.Warning"/> whose event is its id, <c>RNNJ220</c>; the state has <c>Id</c> and
    /// <c>Sentence</c>. Standard error until it is replaced, <c>warning RNNJ220: sentence</c>; a
    /// <see cref="Microsoft.Extensions.Logging.Abstractions.NullLogger"/> silences. Calls may come from several threads at once. Exceptions
    /// from the logger are dropped, so that a warning never ends a run.
    /// </summary>
    /// <exception cref="ArgumentNullException">The logger is null.</exception>
    public static ILogger Logger
    {
        get => Log.Logger;
        set => Log.Logger = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <param name="key">The subject of the warning: one warning is given for each id and key.</param>
    internal static void Once(string id, string key, string sentence) => Log.Once(id, key, sentence);
}

/// <summary>The warnings given so far, and the logger of further ones.</summary>
internal sealed class WarningLog(ILogger logger)
{
    /// <summary>The most warnings of a process: cells that are made as it runs do not fill memory.</summary>
    public const int Most = 1000;

    private const int IdPrefix = 4;

    private readonly ConcurrentDictionary<(string Id, string Key), bool> said = new();
    private volatile ILogger logger = logger;

    public ILogger Logger
    {
        get => logger;
        set => logger = value;
    }

    /// <summary>Reports a sentence once per key. A logger that takes no warnings is told nothing, and the sentence does not count as
    /// reported.</summary>
    public void Once(string id, string key, string sentence)
    {
        ILogger to = logger;
        try
        {
            if (to.IsEnabled(LogLevel.Warning) && said.Count < Most && said.TryAdd((id, key), true))
                Write(to, id, sentence);
        }
        catch (Exception)
        {
            // A warning never ends a run.
        }
    }

    public static void Write(ILogger to, string id, string sentence) =>
        to.LogWarning(new EventId(int.Parse(id.AsSpan(IdPrefix), System.Globalization.CultureInfo.InvariantCulture), id),
            "{Id}: {Sentence}", id, sentence);
}

/// <summary>A logger that gives each warning as one line, <c>warning RNNJ220: sentence</c>.</summary>
internal sealed class SentenceLogger(Action<string> take) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            take($"warning {formatter(state, exception)}");
    }
}
