using System.Collections.Concurrent;

namespace RnnJit.Jit.Tests.Caching;

/// <summary>A folder for caches, which is removed at the end, and what they said.</summary>
internal sealed class CacheFolder : IDisposable
{
    private readonly ConcurrentQueue<string> sentences = [];

    public string Path { get; } = Directory.CreateTempSubdirectory("rnnjit-").FullName;

    public string[] Sentences => [.. sentences];

    public string[] Files => [.. Directory.GetFiles(Path, "*.kernel").Order(StringComparer.Ordinal)];

    /// <summary>A cache as another process has it.</summary>
    public KernelCache Cache(string name = "") => new(System.IO.Path.Combine(Path, name),
        new SentenceLogger(line => sentences.Enqueue(line["warning RNNJ223: ".Length..])));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
