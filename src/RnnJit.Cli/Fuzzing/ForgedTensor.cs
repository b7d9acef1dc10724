namespace RnnJit.Cli.Fuzzing;

/// <summary>A tensor of a forged file. Its header entry follows from the fields unless <see cref="Entry"/> replaces it.</summary>
internal sealed class ForgedTensor(string name, string dtype, long[] shape, byte[] bytes)
{
    public string Name { get; set; } = name;

    public string Dtype { get; set; } = dtype;

    public long[] Shape { get; set; } = shape;

    public byte[] Bytes { get; set; } = bytes;

    /// <summary>First byte of the data as the header states it; null: where the bytes are.</summary>
    public long? Begin { get; set; }

    /// <summary>End of the data as the header states it; null: where the bytes end.</summary>
    public long? End { get; set; }

    /// <summary>The JSON of the header entry; null: dtype, shape and offsets.</summary>
    public string? Entry { get; set; }

    public ForgedTensor Clone() => new(Name, Dtype, [.. Shape], [.. Bytes]) { Begin = Begin, End = End, Entry = Entry };
}
