using RnnJit.Cells;
using RnnJit.Files;
using RnnJit.Networks;

namespace RnnJit.Cli.Fuzzing;

/// <summary>The valid files of a format that mutants are made of: what PyTorch and Keras wrote, and what is written here.</summary>
internal sealed class WeightSeeds
{
    private const string Resource = "weights/", Legacy = "legacy";

    private WeightSeeds(IReadOnlyList<byte[]> files) => Files = files;

    /// <summary>The formats: <c>pt</c> is the zip archive of torch.save, <c>pth</c> the pickle before version 1.6.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["pt", "pth", "h5", "keras", "npy", "npz", "safetensors"];

    /// <summary>True for formats that are zip archives.</summary>
    public static bool IsArchive(string format) => format is "pt" or "keras" or "npz";

    public IReadOnlyList<byte[]> Files { get; }

    /// <param name="folder">The folder of temporary files while the seeds are made.</param>
    public static WeightSeeds Of(string format, string folder) => new([.. format switch
    {
        "pt" => Read(name => name.EndsWith(".pt", StringComparison.Ordinal) && !name.Contains(Legacy, StringComparison.Ordinal)),
        "pth" => Read(name => name.EndsWith(".pt", StringComparison.Ordinal) && name.Contains(Legacy, StringComparison.Ordinal)),
        "npy" => Arrays(),
        "safetensors" => [Written(folder, "torch.safetensors", (model, path) => model.ToPyTorch(path)),
            Written(folder, "keras.safetensors", (model, path) => model.ToKeras(path))],
        _ => Read(name => name.EndsWith("." + format, StringComparison.Ordinal)),
    }]);

    private static IEnumerable<byte[]> Read(Func<string, bool> isWanted)
    {
        System.Reflection.Assembly own = typeof(WeightSeeds).Assembly;
        foreach (string name in own.GetManifestResourceNames().Where(name => name.StartsWith(Resource, StringComparison.Ordinal))
            .Where(isWanted).Order(StringComparer.Ordinal))
        {
            using Stream stream = own.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return bytes;
        }
    }

    private static IEnumerable<byte[]> Arrays()
    {
        float[] numbers = [.. Enumerable.Range(0, 24).Select(i => i / 8f)];
        yield return NpyFile.Bytes(SafetensorsTensor.From(numbers, [2, 3, 4]));
        yield return NpyFile.Bytes(SafetensorsTensor.From(numbers, [24]));
        yield return NpyFile.Bytes(SafetensorsTensor.From([.. numbers.Select(n => (double)n)], [4, 6]));
        yield return NpyFile.Bytes(SafetensorsTensor.From((int[])[7], []));
    }

    private static byte[] Written(string folder, string name, Action<Model, string> write)
    {
        var net = new NetworkBuilder("Seed");
        var y = net.Recurrent("rnn", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", 3), net.Size("H", 4));
        net.Output("y", net.Dense("head", y, 2));
        string path = Path.Combine(folder, name);
        using (var model = new Model(net))
            write(model, path);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }
}
