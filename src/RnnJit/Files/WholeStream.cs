namespace RnnJit.Files;

/// <summary>Streams of callers as files are read: able to seek, and at their beginning.</summary>
internal static class WholeStream
{
    private const int Piece = 1 << 16;

    /// <summary>The stream itself where it can seek and stands at its beginning, else a copy of what is left of it.</summary>
    /// <param name="limit">Bytes that a copy may take; 0: the memory available to the process.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">The copy would take more.</exception>
    public static Stream Of(Stream stream, long limit = 0)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read (open it for reading)", nameof(stream));
        if (stream.CanSeek && stream.Position == 0)
            return stream;
        long most = Math.Min(limit > 0 ? limit : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Array.MaxLength);
        var copy = new MemoryStream();
        var piece = new byte[Piece];
        for (int read; (read = stream.Read(piece)) > 0;)
        {
            if (copy.Length + read > most)
                throw new IOException($"the stream has more than {most} bytes, which is all that a copy may take "
                    + "(give one that can seek, or raise MemoryLimit)");
            copy.Write(piece, 0, read);
        }

        copy.Position = 0;
        return copy;
    }

    /// <summary>A stream's name in messages: the path of a file, else <c>the stream</c>.</summary>
    public static string NameOf(Stream stream) => stream is FileStream { Name: { Length: > 0 } name } ? name : "the stream";

    /// <summary>Reads a stream as a file of weights is read.</summary>
    /// <exception cref="WeightFileException">The stream fails or ends too early.</exception>
    public static T Read<T>(Stream stream, Func<Stream, string, T> read)
    {
        string source = $"'{NameOf(stream)}'";
        try
        {
            return read(Of(stream), source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new WeightFileException($"{source} could not be read: {e.Message.TrimEnd('.')} (use another copy)", e);
        }
    }
}
