using System.Text.Json.Nodes;
using RnnJit.Cells;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Options of files that were written before an option existed.</summary>
public class OlderOptionsTests
{
    private static readonly CharacterOptions Options = new() { LayerNorm = true };

    [TestCase(nameof(CharacterOptions.Staggered))]
    [TestCase(nameof(CharacterOptions.LayerNormForm))]
    public void What_is_not_named_is_as_it_was(string option)
    {
        CharacterOptions before = option == nameof(CharacterOptions.Staggered)
            ? Options with { Staggered = false }
            : Options with { LayerNormForm = LayerNormForm.Products };
        Assert.That(StoredOptions.Read(Text().ToJsonString()), Is.EqualTo(Options));
        JsonObject text = Text();
        Assert.That(text.Remove(option));
        Assert.That(StoredOptions.Read(text.ToJsonString()), Is.EqualTo(before).And.Not.EqualTo(Options));
    }

    // All three gates together: x_gain has 3H elements.
    [TestCase(LayerNormForm.Products, 12)]
    [TestCase(LayerNormForm.Sums, 8)]
    public void The_form_is_the_cells(LayerNormForm form, int gains)
    {
        CellDefinition cell = (Options with { LayerNormForm = form }).Regularised(CellTracer.Trace(typeof(GruResetAfter)));
        Assert.That(cell.Parameters.Single(port => port.Name == "x_gain").Type.Dims[0].Evaluate(new Dictionary<string, int> { ["H"] = 4 }),
            Is.EqualTo(gains));
    }

    [TestCase("null")]
    [TestCase("{\"Hidden\": \"many\"}")]
    public void What_is_no_option_is_refused(string text) =>
        Assert.That(() => StoredOptions.Read(text), Throws.InstanceOf<System.Text.Json.JsonException>());

    private static JsonObject Text() =>
        JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Options, CharacterJson.Default.CharacterOptions))!.AsObject();
}
