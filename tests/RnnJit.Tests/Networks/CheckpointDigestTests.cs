using System.Text;
using System.Text.RegularExpressions;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>The digest of a checkpoint covers types and shapes: a header altered to another one of the same length is noticed as such, not
/// as a misfit with the model.</summary>
public partial class CheckpointDigestTests
{
    private static readonly CharacterText Text = CharacterText.From(string.Concat(Enumerable.Repeat("she sells sea shells. ", 20)));

    [Test]
    public void Every_type_and_every_shape_of_a_checkpoint_is_in_its_digest()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("m.safetensors");
        using (var training = new CharacterTraining(Text, CellRegistry.Find("elman"),
            new CharacterOptions { Hidden = 3, Embedding = 2, Batch = 2, Steps = 4, Updates = 8 }))
        {
            training.Step();
            training.Save(path);
        }

        byte[] whole = File.ReadAllBytes(path);
        int length = BitConverter.ToInt32(whole);
        string header = Encoding.Latin1.GetString(whole, 8, length);
        int types = 0, shapes = 0;
        foreach (Match type in Type().Matches(header))
        {
            Refused(type.Groups[1], type.Groups[1].Value == "F" ? "I" : "F");
            types++;
        }

        foreach (Match shape in Matrix().Matches(header).Where(shape => shape.Groups[2].Value != shape.Groups[3].Value))
        {
            Refused(shape.Groups[1], $"{shape.Groups[3].Value},{shape.Groups[2].Value}");
            shapes++;
        }

        Assert.That(types, Is.EqualTo(header.Split("\"dtype\"").Length - 1));
        Assert.That(shapes, Is.GreaterThanOrEqualTo(10));
        File.WriteAllBytes(path, whole);
        using CharacterTraining unaltered = CharacterTraining.Resume(path, _ => Text);

        void Refused(Group place, string other)
        {
            byte[] altered = [.. whole];
            Encoding.Latin1.GetBytes(other).CopyTo(altered, 8 + place.Index);
            File.WriteAllBytes(path, altered);
            string what = header.Substring(Math.Max(0, place.Index - 40), 60);
            Assert.That(() => CharacterTraining.Resume(path, _ => Text),
                Throws.TypeOf<CheckpointException>().With.Message.Contains("was altered after it was written"), what);
            Assert.That(() => CharacterModel.Load(path),
                Throws.TypeOf<CheckpointException>().With.Message.Contains("was altered after it was written"), what);
        }
    }

    [GeneratedRegex("\"dtype\":\"([FI])(?:32|64)\"")]
    private static partial Regex Type();

    [GeneratedRegex("\"shape\":\\[((\\d+),(\\d+))\\]")]
    private static partial Regex Matrix();
}
