using System.IO.Compression;
using RnnJit.Data;

namespace RnnJit.Gallery;

/// <summary>Lines of a text file of a data set, compressed (.gz) or plain.</summary>
internal static class DataFile
{
    // A small archive may unpack to more than memory holds.
    private const long MostCharacters = 1L << 30;

    /// <summary>The lines with their numbers, from 1.</summary>
    /// <exception cref="TextDataException">The file is missing, cannot be read or unpacked, or has more than 2³⁰ characters.</exception>
    public static IReadOnlyList<(int Number, string Text)> Lines(string path)
    {
        var lines = new List<(int, string)>();
        long characters = 0;
        try
        {
            using Stream stream = File.OpenRead(path);
            using var reader = new StreamReader(
                path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
            while (reader.ReadLine() is { } text)
            {
                characters += text.Length + 1;
                if (characters > MostCharacters)
                    throw new TextDataException($"'{path}' has more than {MostCharacters} characters (give the data set's own file)");
                lines.Add((lines.Count + 1, text));
            }

            return lines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new TextDataException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (get the data set again)", e);
        }
    }
}
