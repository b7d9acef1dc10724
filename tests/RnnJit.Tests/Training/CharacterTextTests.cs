using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

internal sealed class CharacterTextTests
{
    [Test]
    public void A_file_is_read_without_its_byte_order_mark()
    {
        Assert.That(Read([0xEF, 0xBB, 0xBF, .. "é😀\r\n"u8]).Characters.ToArray().Select(c => c.Value),
            Is.EqualTo(new[] { 0xE9, 0x1F600, 13, 10 }));
    }

    [TestCase(new byte[0], "is empty (choose")]
    [TestCase(new byte[] { 0xEF, 0xBB, 0xBF }, "is empty (choose")]
    [TestCase(new byte[] { 65, 0, 66 }, "has a zero byte at 1, wanted a text file")]
    [TestCase(new byte[] { 65, 0xC3, 0x28 }, "is no UTF-8 text at byte 1")]
    [TestCase(new byte[] { 0xEF, 0xBB, 0xBF, 65, 0xFF }, "is no UTF-8 text at byte 4")]
    public void What_is_no_text_is_refused(byte[] bytes, string message) =>
        Assert.That(() => Read(bytes), Throws.TypeOf<TextDataException>().With.Message.Contains(message));

    [Test]
    public void A_missing_file_and_a_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => CharacterText.Read(folder.File("none")),
            Throws.TypeOf<TextDataException>().With.Message.Contains("does not exist (check the path)"));
        Assert.That(() => CharacterText.Read(folder.File("none/none")),
            Throws.TypeOf<TextDataException>().With.Message.Contains("does not exist"));
        Assert.That(() => CharacterText.Read(folder.Path), Throws.TypeOf<TextDataException>().With.Message.Contains("is a folder"));
    }

    [Test]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.That(() => CharacterText.From("ab\ud800c"), Throws.TypeOf<TextDataException>().With.Message.Contains("at index 2"));

    [Test]
    public void Tiny_shakespeare_has_its_65_characters()
    {
        var text = CharacterText.Read(Path.Combine(ReferenceData.Folder, "datasets", "charlm", "tinyshakespeare.txt"));
        var vocabulary = Vocabulary.Of(text);

        Assert.That(text.Length, Is.EqualTo(1_115_394));
        Assert.That(vocabulary.Count, Is.EqualTo(65));
        Assert.That(vocabulary.Decode(vocabulary.Encode(text).AsSpan(0, 14)), Is.EqualTo("First Citizen:"));
    }

    private static CharacterText Read(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("text"), bytes);
        return CharacterText.Read(folder.File("text"));
    }
}
