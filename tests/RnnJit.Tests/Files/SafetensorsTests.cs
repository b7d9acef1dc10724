using System.Buffers.Binary;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Tests.Files;

internal sealed class SafetensorsTests
{
    [Test]
    public void The_bytes_are_those_of_the_reference_writer()
    {
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, SafetensorsTensor>
        {
            ["b"] = SafetensorsTensor.From([1f, 2f], [2]),
            ["bytes"] = new(SafetensorsDtype.U8, [3], new byte[] { 1, 2, 3 }),
            ["a"] = SafetensorsTensor.From([3f], []),
            ["i"] = SafetensorsTensor.From([7L], [1, 1]),
        };

        SafetensorsFile.Write(folder.File("f"), tensors, new Dictionary<string, string> { ["z"] = "\"é\n", ["k"] = "v" });

        var bytes = File.ReadAllBytes(folder.File("f"));
        const string json = """
            {"__metadata__":{"k":"v","z":"\"é\n"},"i":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]},"bytes":{"dtype":"U8","shape":[3],"data_offsets":[20,23]}}
            """;
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.That(length % 8, Is.Zero);
        Assert.That(Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '), Is.EqualTo(json));
        Assert.That(length - Encoding.UTF8.GetByteCount(json), Is.InRange(0, 7));
        Assert.That(bytes[(8 + length)..],
            Is.EqualTo(new byte[] { 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 64, 0, 0, 128, 63, 0, 0, 0, 64, 1, 2, 3 }));
    }

    [Test]
    public void The_order_of_the_tensors_does_not_change_the_bytes()
    {
        using var folder = new TemporaryFolder();
        var tensors = Enumerable.Range(0, 9).Select(i => KeyValuePair.Create($"t{i}", SafetensorsTensor.From([(float)i], [1]))).ToArray();

        SafetensorsFile.Write(folder.File("a"), tensors);
        SafetensorsFile.Write(folder.File("b"), tensors.Reverse());

        Assert.That(File.ReadAllBytes(folder.File("a")), Is.EqualTo(File.ReadAllBytes(folder.File("b"))));
    }

    [Test]
    public void Integers_of_every_size_convert()
    {
        Assert.That(new SafetensorsTensor(SafetensorsDtype.I8, [2], new byte[] { 255, 127 }).ToInt32(), Is.EqualTo(new[] { -1, 127 }));
        Assert.That(new SafetensorsTensor(SafetensorsDtype.U8, [2], new byte[] { 255, 127 }).ToSingle(), Is.EqualTo(new[] { 255f, 127f }));
        Assert.That(new SafetensorsTensor(SafetensorsDtype.I16, [1], new byte[] { 254, 255 }).ToDouble(), Is.EqualTo(new[] { -2.0 }));
        Assert.That(new SafetensorsTensor(SafetensorsDtype.Bool, [2], new byte[] { 0, 1 }).ToInt64(), Is.EqualTo(new[] { 0L, 1L }));
        Assert.That(SafetensorsTensor.From([int.MinValue, 5], [2]).ToInt32(), Is.EqualTo(new[] { int.MinValue, 5 }));
        Assert.That(SafetensorsTensor.From([long.MinValue], [1]).ToInt64(), Is.EqualTo(new[] { long.MinValue }));
        Assert.That(SafetensorsTensor.From([-1.5, 1e300], [2]).ToDouble(), Is.EqualTo(new[] { -1.5, 1e300 }));
    }

    [Test]
    public void A_number_that_does_not_fit_is_refused()
    {
        Assert.That(() => SafetensorsTensor.From([1L << 31], [1]).ToInt32(),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains("2147483648"));
        Assert.That(() => SafetensorsTensor.From([1f], [1]).ToInt32(),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains("holds no integers"));
        Assert.That(() => SafetensorsTensor.From([1f], [1], SafetensorsDtype.I32), Throws.TypeOf<SafetensorsException>());
        Assert.That(() => SafetensorsTensor.From([1f], [2]), Throws.TypeOf<SafetensorsException>().With.Message.Contains("F32[2]"));
        Assert.That(() => new SafetensorsTensor(SafetensorsDtype.F8E4M3, [1], new byte[1]).ToSingle(),
            Throws.TypeOf<SafetensorsException>());
    }

    // 1 + 2^-8 lies half-way between 1 and 1 + 2^-7 (even: 1); 1 + 3·2^-8 between 1 + 2^-7 and 1 + 2^-6 (even: 1 + 2^-6).
    [TestCase(1 + 1f / 256, 1f), TestCase(1 + 3f / 256, 1 + 1f / 64), TestCase(float.MaxValue, float.PositiveInfinity)]
    [TestCase(float.NaN, float.NaN), TestCase(float.NegativeInfinity, float.NegativeInfinity), TestCase(-0f, -0f)]
    public void Brain_floats_round_to_nearest_even(float value, float rounded) =>
        Assert.That(SafetensorsTensor.From([value], [1], SafetensorsDtype.BF16).ToSingle()[0], Is.EqualTo(rounded));

    [Test]
    public void A_NaN_with_low_payload_stays_a_NaN_in_brain_float() =>
        Assert.That(
            SafetensorsTensor.From([BitConverter.UInt32BitsToSingle(0x7F80_0001)], [1], SafetensorsDtype.BF16).ToSingle()[0], Is.NaN);

    [TestCase(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}",
        "'a' occurs twice")]
    [TestCase("{\"__metadata__\":{},\"__metadata__\":{}}", "'__metadata__' occurs twice")]
    [TestCase("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", "'k' occurs twice")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "'dtype' of tensor 'a' occurs twice")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", "whole numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "whole numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", "lacks one of")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "lacks one of")]
    [TestCase("{\"a\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,4]}}", "no whole number of bytes")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
        "no whole number of bytes below 2^63")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} x", "no JSON")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}", "no JSON")]
    [TestCase("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "no valid Unicode")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,9223372036854775807]}}", "wanted 0 to 4")]
    [TestCase("", "no JSON")]
    public void A_wrong_header_is_refused(string json, string message) =>
        Assert.That(() => Read(Framed(json, new byte[4])), Throws.TypeOf<SafetensorsException>().With.Message.Contains(message));

    [Test]
    public void Unknown_fields_and_null_metadata_are_ignored()
    {
        var file = Read(Framed("{\"__metadata__\":null,\"a\":{\"x\":[{\"y\":1}],\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
            new byte[4]));

        Assert.That(file.Metadata, Is.Empty);
        Assert.That(file["a"].ToSingle(), Is.EqualTo(new[] { 0f }));
        Assert.That(() => file["b"],
            Throws.TypeOf<SafetensorsException>().With.Message.EqualTo("No tensor 'b' among 'a' (check the name or the file)"));
    }

    [Test]
    public void A_missing_file_is_named() =>
        Assert.That(() => SafetensorsFile.Read("no such.safetensors"),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains("no such.safetensors"));

    [Test]
    public void Names_that_the_format_forbids_are_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        var tensor = SafetensorsTensor.From([1f], [1]);

        void Write(params string[] names) =>
            SafetensorsFile.Write(folder.File("f"), names.Select(name => KeyValuePair.Create(name, tensor)));

        Assert.That(() => Write("__metadata__"), Throws.TypeOf<SafetensorsException>());
        Assert.That(() => Write("a", "a"), Throws.TypeOf<SafetensorsException>());
        Assert.That(() => Write("\ud800"), Throws.TypeOf<SafetensorsException>());
        Assert.That(folder.Names, Is.Empty);
    }

    [Test]
    public void A_lying_header_length_costs_no_memory()
    {
        var lying = new byte[64];
        BinaryPrimitives.WriteInt64LittleEndian(lying, 99_000_000);
        Assert.That(() => Read(lying), Throws.TypeOf<SafetensorsException>());

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Read(lying), Throws.TypeOf<SafetensorsException>());
        var lyingOffsets = Framed("{\"a\":{\"dtype\":\"U8\",\"shape\":[2000000000],\"data_offsets\":[0,2000000000]}}", new byte[4]);
        Assert.That(() => Read(lyingOffsets), Throws.TypeOf<SafetensorsException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
    }

    internal static SafetensorsFile Read(byte[] bytes) => SafetensorsReader.Read(new MemoryStream(bytes), "the file");

    internal static byte[] Framed(string json, byte[] data)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + header.Length);
        return bytes;
    }
}
