using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>The names that a pickle of a state dict needs. None of them is looked up in anything that runs.</summary>
internal static class PickleNames
{
    public static PickleName OrderedDictionary { get; } = new("collections", "OrderedDict");

    public static PickleName RebuildTensor { get; } = new("torch._utils", "_rebuild_tensor_v2");

    private static readonly Dictionary<PickleName, SafetensorsDtype> Storages = new()
    {
        [new("torch", "FloatStorage")] = SafetensorsDtype.F32,
        [new("torch", "DoubleStorage")] = SafetensorsDtype.F64,
        [new("torch", "HalfStorage")] = SafetensorsDtype.F16,
        [new("torch", "BFloat16Storage")] = SafetensorsDtype.BF16,
        [new("torch", "LongStorage")] = SafetensorsDtype.I64,
        [new("torch", "IntStorage")] = SafetensorsDtype.I32,
        [new("torch", "ShortStorage")] = SafetensorsDtype.I16,
        [new("torch", "CharStorage")] = SafetensorsDtype.I8,
        [new("torch", "ByteStorage")] = SafetensorsDtype.U8,
        [new("torch", "BoolStorage")] = SafetensorsDtype.Bool,
    };

    public static bool IsAllowed(PickleName name) =>
        name == OrderedDictionary || name == RebuildTensor || Storages.ContainsKey(name);

    /// <summary>The element type of a storage; null for any other name.</summary>
    public static SafetensorsDtype? Dtype(object? name) =>
        name is PickleName known && Storages.TryGetValue(known, out SafetensorsDtype dtype) ? dtype : null;
}
