using System.Text;
using RnnJit.Files;

namespace RnnJit.Data;

/// <summary>A text as a sequence of Unicode scalar values.</summary>
public sealed class CharacterText
{
    private readonly Rune[] characters;

    private CharacterText(Rune[] characters, string source)
    {
        this.characters = characters;
        Source = source;
    }

    /// <summary>The origin of the text, for messages.</summary>
    public string Source { get; }

    public ReadOnlyMemory<Rune> Characters => characters;

    public int Length => characters.Length;

    /// <summary>A text in memory.</summary>
    /// <exception cref="TextDataException">It is empty or holds half of a surrogate pair.</exception>
    public static CharacterText From(string text, string source = "the text")
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
            throw new TextDataException($"{Capitalised(source)} is empty (choose one with at least some thousand characters)");

        var characters = new List<Rune>(text.Length);
        for (var i = 0; i < text.Length; i += characters[^1].Utf16SequenceLength)
        {
            if (!Rune.TryGetRuneAt(text, i, out var character))
                throw new TextDataException($"{Capitalised(source)} holds half of a surrogate pair at index {i} (pass valid Unicode)");
            characters.Add(character);
        }

        return new CharacterText([.. characters], source);
    }

    /// <summary>Reads a UTF-8 file; a byte order mark is skipped, line ends are kept as they are.</summary>
    /// <exception cref="TextDataException">The file is missing, unreadable, empty or no UTF-8 text.</exception>
    public static CharacterText Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(Bytes(path), path);
    }

    /// <summary>Reads what is left of a stream as UTF-8; a byte order mark is skipped, line ends are kept as they are.</summary>
    /// <exception cref="TextDataException">The stream fails, is empty or no UTF-8 text.</exception>
    public static CharacterText Read(Stream stream)
    {
        string name = WholeStream.NameOf(stream);
        try
        {
            Stream whole = WholeStream.Of(stream);
            if (whole.Length > Array.MaxLength)
                throw new IOException($"it has {whole.Length} bytes, wanted at most {Array.MaxLength}");
            var bytes = new byte[whole.Length];
            whole.ReadExactly(bytes);
            return Read(bytes, name);
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            throw new TextDataException($"'{name}' could not be read: {e.Message.TrimEnd('.')} (use another copy)", e);
        }
    }

    private static CharacterText Read(byte[] bytes, string path)
    {
        var start = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var zero = Array.IndexOf(bytes, (byte)0);
        if (zero >= 0)
            throw new TextDataException(
                $"'{path}' has a zero byte at {zero}, wanted a text file (choose another file or convert it to UTF-8)");

        try
        {
            return From(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.AsSpan(start)), $"'{path}'");
        }
        catch (DecoderFallbackException e)
        {
            throw new TextDataException(
                $"'{path}' is no UTF-8 text at byte {start + e.Index} (choose a text file or convert it to UTF-8)", e);
        }
    }

    private static byte[] Bytes(string path)
    {
        if (Directory.Exists(path))
            throw new TextDataException($"'{path}' is a folder, wanted a text file (name the file in it)");

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TextDataException($"'{path}' does not exist (check the path)", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TextDataException($"'{path}' could not be read: {e.Message.TrimEnd('.')} (check its permissions and size)", e);
        }
    }

    private static string Capitalised(string source) => char.ToUpperInvariant(source[0]) + source[1..];
}
