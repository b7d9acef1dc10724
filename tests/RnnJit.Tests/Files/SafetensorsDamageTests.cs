using RnnJit.Files;

namespace RnnJit.Tests.Files;

/// <summary>A damaged file is refused or read, never anything else.</summary>
internal sealed class SafetensorsDamageTests
{
    private static byte[] Whole()
    {
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, SafetensorsTensor>
        {
            ["wé"] = SafetensorsTensor.From([1f, 2f, 3f, 4f], [2, 2], SafetensorsDtype.BF16),
            ["b"] = SafetensorsTensor.From([1f, 2f], [2]),
            ["n"] = SafetensorsTensor.From([7L], []),
            ["z"] = SafetensorsTensor.From([], [0, 3], SafetensorsDtype.F64),
        };
        SafetensorsFile.Write(folder.File("f"), tensors, new Dictionary<string, string> { ["k\n"] = "v" });
        return File.ReadAllBytes(folder.File("f"));
    }

    [Test]
    public void Every_truncation_is_refused()
    {
        var whole = Whole();
        Assert.That(() => SafetensorsTests.Read(whole), Throws.Nothing);
        for (var length = 0; length < whole.Length; length++)
            Assert.That(() => SafetensorsTests.Read(whole[..length]), Throws.TypeOf<SafetensorsException>(), $"{length} bytes");
    }

    [Test]
    public void Bytes_behind_the_last_tensor_are_refused() => Assert.That(
        () => SafetensorsTests.Read([.. Whole(), 0]),
        Throws.TypeOf<SafetensorsException>().With.Message.Contains("has something appended"));

    [Test]
    public void Every_byte_of_the_header_may_take_any_value()
    {
        var whole = Whole();
        var headerEnd = 8 + BitConverter.ToInt32(whole);
        var refused = 0;
        for (var position = 0; position < headerEnd; position++)
        {
            var original = whole[position];
            for (var value = 0; value < 256; value++)
            {
                whole[position] = (byte)value;
                refused += Outcome(whole);
            }

            whole[position] = original;
        }

        Assert.That(refused, Is.GreaterThan(headerEnd * 128));
    }

    [Test]
    public void Several_random_changes_at_once_do_no_harm()
    {
        var random = new Random(1);
        var whole = Whole();
        var refused = 0;
        for (var trial = 0; trial < 20_000; trial++)
        {
            var damaged = (byte[])whole.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
                damaged[random.Next(8, damaged.Length)] = (byte)"0123456789,:[]{}\"-e\\ \u00ff"[random.Next(22)];
            refused += Outcome(damaged);
        }

        Assert.That(refused, Is.GreaterThan(1000));
    }

    private static int Outcome(byte[] bytes)
    {
        try
        {
            foreach (var tensor in SafetensorsTests.Read(bytes).Tensors.Values)
                Assert.That(tensor.Bytes.Length, Is.LessThanOrEqualTo(bytes.Length));
            return 0;
        }
        catch (SafetensorsException)
        {
            return 1;
        }
    }
}
