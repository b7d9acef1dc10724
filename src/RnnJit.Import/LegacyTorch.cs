using System.Buffers.Binary;
using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>
/// The form before torch 1.6: pickles of a magic number, a version, facts of the machine and the state dict, then one of the storages'
/// keys, then for each key the number of elements (int64) and the elements.
/// </summary>
internal static class LegacyTorch
{
    private const int Version = 1001;

    private static readonly Int128 Magic = new(0x1950, 0xa86a20f9469cfc6c);

    public static OrderedDictionary<string, SafetensorsTensor> Read(Stream stream, string source)
    {
        using var buffered = new BufferedStream(stream, 1 << 16);
        var storages = new Dictionary<string, PickleStorage>(StringComparer.Ordinal);
        object? Next()
        {
            var input = new PickleInput(buffered, Math.Min(PickleReader.MostBytes, buffered.Length - buffered.Position), source);
            return new PickleReader(input, source, id => Storage(storages, id, input)).Read();
        }

        if (Next() is not Int128 magic || magic != Magic)
            throw new WeightFileException($"{source} is a pickle but none of torch.save (save model.state_dict() with torch.save)");
        if (Next() is not Int128 version || version != Version)
            throw new WeightFileException(
                $"{source} is of an unknown version of torch.save's old format, wanted {Version} (save it again)");
        if (Next() is not PickleDictionary facts || facts.Entries.Any(fact => fact is ("little_endian", false)))
            throw new WeightFileException($"{source} is of a machine of another byte order, or does not say so (save it again)");
        object? value = Next();
        if (Next() is not List<object?> keys)
            throw new WeightFileException($"{source} has no list of storages behind its state dict (it is truncated or damaged)");

        List<(string Name, PickleTensor Tensor)> found = StateDict.Of(value, ZipFileReader.UnpackedLimit(stream.Length), source);
        Dictionary<string, byte[]> contents = Contents(buffered, keys, storages, source);
        var tensors = new OrderedDictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in found)
            tensors.Add(name, TensorView.Elements(tensor, contents.TryGetValue(tensor.Storage.Key, out byte[]? bytes)
                ? bytes
                : throw new WeightFileException($"{source}: tensor '{name}' lies in storage '{tensor.Storage.Key}', which is not there")));
        return tensors;
    }

    private static Dictionary<string, byte[]> Contents(
        Stream stream, List<object?> keys, Dictionary<string, PickleStorage> storages, string source)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        Span<byte> number = stackalloc byte[8];
        foreach (object? key in keys)
        {
            if (key is not string text || !storages.TryGetValue(text, out PickleStorage? storage) || contents.ContainsKey(text))
                throw new WeightFileException($"{source} lists storage '{key}', which no tensor has, or twice (it is damaged)");
            long left = stream.Length - stream.Position;
            int size = TensorView.ElementSize(storage.Dtype);
            if (left < 8 || storage.Count > (left - 8) / size)
                throw new WeightFileException(
                    $"{source}: storage '{text}' has {storage.Count} elements of {size} bytes, and {left} bytes are left "
                        + "(it is truncated)");
            stream.ReadExactly(number);
            if (BinaryPrimitives.ReadInt64LittleEndian(number) is var count && count != storage.Count)
                throw new WeightFileException(
                    $"{source}: storage '{text}' has {count} elements where its tensors say {storage.Count} (it is damaged)");
            if (count * size > Array.MaxLength)
                throw new WeightFileException($"{source}: storage '{text}' has {count * size} bytes, wanted at most {Array.MaxLength}");
            contents[text] = new byte[count * size];
            stream.ReadExactly(contents[text]);
        }

        return contents;
    }

    // ('storage', torch.FloatStorage, key, device, count, None); a view of a storage had a tuple at the end.
    private static PickleStorage Storage(Dictionary<string, PickleStorage> storages, PickleTuple id, PickleInput input)
    {
        if (id.Items is not ["storage", var type, string key, string, Int128 count, null] || PickleNames.Dtype(type) is not { } dtype
            || count < 0 || count > long.MaxValue / 8)
            throw input.Wrong("a persistent id that is none of a storage");
        var storage = new PickleStorage(key, dtype, (long)count);
        return storages.TryAdd(key, storage) || storages[key] == storage
            ? storage
            : throw input.Wrong($"two descriptions of storage '{key}'");
    }
}
