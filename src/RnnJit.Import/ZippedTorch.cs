using System.Text;
using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>The zip form: <c>NAME/data.pkl</c>, and each storage as <c>NAME/data/KEY</c>.</summary>
internal static class ZippedTorch
{
    private const string Pickle = "data.pkl", ByteOrder = "byteorder";

    public static OrderedDictionary<string, SafetensorsTensor> Read(Stream stream, string source)
    {
        ZipFileReader archive = ZipFileReader.Open(stream, source);
        string[] pickles = [.. archive.Parts.Keys.Where(name => name == Pickle || name.EndsWith("/" + Pickle, StringComparison.Ordinal))];
        if (pickles is not [var pickle])
            throw new WeightFileException(
                $"{source} has {pickles.Length} files '{Pickle}', wanted one (it is no file of torch.save)");
        string folder = pickle[..^Pickle.Length];
        if (archive.Parts.Keys.FirstOrDefault(name => name.StartsWith(folder + "code/", StringComparison.Ordinal)) is { } code)
            throw new WeightFileException($"{source} holds code, '{code}': it is a TorchScript model (save model.state_dict() instead)");
        if (archive.Parts.TryGetValue(folder + ByteOrder, out ZipPart? order) && order.Size < 64
            && Encoding.Latin1.GetString(archive.Read(order)) is var bytes && bytes != "little")
            throw new WeightFileException($"{source} has byte order '{bytes}', wanted little (save it on another machine)");

        ZipPart part = archive.Parts[pickle];
        if (part.Size > PickleReader.MostBytes)
            throw new WeightFileException($"{source}: '{pickle}' has {part.Size} bytes, wanted at most {PickleReader.MostBytes}");
        var input = new PickleInput(new MemoryStream(archive.Read(part), writable: false), part.Size, source);
        object? value = new PickleReader(input, source, id => Storage(archive, folder, id, input)).Read();
        List<(string Name, PickleTensor Tensor)> found = StateDict.Of(value, ZipFileReader.UnpackedLimit(stream.Length), source);

        // A storage is unpacked once, whatever number of tensors lies in it.
        var elements = new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        foreach (var storage in found.GroupBy(pair => pair.Tensor.Storage.Key))
        {
            byte[] content = archive.Read(archive.Parts[folder + "data/" + storage.Key]);
            foreach (var (name, tensor) in storage)
                elements.Add(name, TensorView.Elements(tensor, content));
        }

        return new OrderedDictionary<string, SafetensorsTensor>(
            found.Select(pair => new KeyValuePair<string, SafetensorsTensor>(pair.Name, elements[pair.Name])), StringComparer.Ordinal);
    }

    // ('storage', torch.FloatStorage, key, device, count)
    private static PickleStorage Storage(ZipFileReader archive, string folder, PickleTuple id, PickleInput input)
    {
        if (id.Items is not ["storage", var type, string key, string, Int128 count] || PickleNames.Dtype(type) is not { } dtype)
            throw input.Wrong("a persistent id that is none of a storage");
        if (!archive.Parts.TryGetValue(folder + "data/" + key, out ZipPart? part))
            throw input.Wrong($"a storage '{key}' for which the archive has no 'data/{key}'");
        if (count < 0 || count > long.MaxValue / 8 || (long)count * TensorView.ElementSize(dtype) != part.Size)
            throw input.Wrong($"a storage '{key}' of {count} elements {dtype}, for which the archive has {part.Size} bytes");
        return new PickleStorage(key, dtype, (long)count);
    }
}
