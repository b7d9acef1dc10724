using System.Text.Json;
using RnnJit.Cells;

namespace RnnJit.Training;

/// <summary>Options as a file holds them. What a file does not name has the value that trainings had before the option existed.</summary>
internal static class StoredOptions
{
    /// <exception cref="JsonException">The text is none.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static CharacterOptions Read(string text)
    {
        CharacterOptions options = JsonSerializer.Deserialize(text, CharacterJson.Default.CharacterOptions)
            ?? throw new JsonException("null is no option");
        options.Check();
        using JsonDocument names = JsonDocument.Parse(text);
        bool Has(string name) => names.RootElement.TryGetProperty(name, out _);
        return options with
        {
            Staggered = options.Staggered && Has(nameof(CharacterOptions.Staggered)),
            LayerNormForm = Has(nameof(CharacterOptions.LayerNormForm)) ? options.LayerNormForm : LayerNormForm.Products,
        };
    }
}
