using System.Text;

namespace RnnJit.Files;

/// <summary>Text that a file can hold.</summary>
internal static class UnicodeText
{
    /// <summary>False for a text with half of a surrogate pair, which has no UTF-8 form.</summary>
    public static bool IsValid(string text)
    {
        for (int i = 0; i < text.Length; i += Rune.GetRuneAt(text, i).Utf16SequenceLength)
        {
            if (!Rune.TryGetRuneAt(text, i, out _))
                return false;
        }

        return true;
    }
}
