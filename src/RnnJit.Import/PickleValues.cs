using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>The beginning of a list, tuple or dictionary on the stack.</summary>
internal sealed class PickleMark
{
    public static PickleMark Instance { get; } = new();
}

/// <summary>A function or class of the whitelist: a name, with nothing behind it.</summary>
internal sealed record PickleName(string Module, string Name)
{
    public override string ToString() => Module + "." + Name;
}

internal sealed record PickleTuple(object?[] Items);

/// <summary>A dictionary in the order of its entries; one key may occur twice, the last entry counts.</summary>
internal sealed class PickleDictionary
{
    public List<(object? Key, object? Value)> Entries { get; } = [];
}

/// <summary>The memory that tensors lie in: an entry of the archive, or a part of the file behind the pickles.</summary>
internal sealed record PickleStorage(string Key, SafetensorsDtype Dtype, long Count);

/// <summary>A tensor as a view of a storage: element (i, j) lies at offset + i · stride₀ + j · stride₁.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>The number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, extent) => product * extent);
}
