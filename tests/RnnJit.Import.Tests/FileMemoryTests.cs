using System.Globalization;
using RnnJit.Files;
using RnnJit.Networks;

namespace RnnJit.Import.Tests;

/// <summary>
/// A valid file of 101 MB takes at most twice its size and 64 MB to read. All bytes that the reading thread allocates are counted, so that
/// collections change nothing: the memory in use is never more. Other threads are left out, since the compiler of kernels may still warm
/// up; readers start none.
/// </summary>
[NonParallelizable]
public class FileMemoryTests
{
    private const long Allowance = 64L << 20;

    private static IEnumerable<string> Names => LargeFiles.All.Keys;

    [TestCaseSource(nameof(Names))]
    public void A_valid_file_takes_twice_its_size(string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(name);
        File.WriteAllBytes(path, LargeFiles.All[name]());
        long file = new FileInfo(path).Length, taken = Allocated(() => Read(path));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {file / 1e6:0} MB, {taken / 1e6:0} MB to read"));
        Assert.That(taken, Is.LessThanOrEqualTo((2 * file) + Allowance));
    }

    // A copy too many is more than a file of this size may take.
    [Test]
    public void A_reader_that_copies_twice_takes_more()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("rows.npy");
        File.WriteAllBytes(path, LargeFiles.All["rows.npy"]());
        long file = new FileInfo(path).Length;
        SafetensorsTensor[] read = [];
        long taken = Allocated(() =>
        {
            read = Read(path);
            read = [.. read, .. read.Select(tensor => SafetensorsTensor.From(tensor.ToSingle(), [.. tensor.Shape]))];
        });
        Assert.That(taken, Is.GreaterThan((2 * file) + Allowance));
    }

    // The numbers of a model lie outside the managed heap: the file and they together are twice the file.
    [Test]
    public void A_model_of_a_file_copies_no_tensor_besides()
    {
        const int Units = 1536;
        using var folder = new TemporaryFolder();
        string path = folder.File("lstm.safetensors");
        var weights = new float[4 * Units * Units];
        new Random(1).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weights.AsSpan()));
        for (int i = 0; i < weights.Length; i++)
            weights[i] = float.IsFinite(weights[i]) ? weights[i] : 0;
        SafetensorsTensor matrix = SafetensorsTensor.From(weights, [4 * Units, Units]);
        SafetensorsFile.Write(path, [new("rnn.weight_ih_l0", matrix), new("rnn.weight_hh_l0", matrix)]);
        long file = new FileInfo(path).Length, taken = Allocated(() => Model.FromPyTorch(path).Dispose());
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file / 1e6:0} MB, {taken / 1e6:0} MB on the heap"));
        Assert.That(taken, Is.LessThanOrEqualTo(file + (file / 8)));
    }

    private static long Allocated(Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        read();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static SafetensorsTensor[] Read(string path) =>
        path.EndsWith(".npy", StringComparison.Ordinal) ? [NpyFile.Read(path)] : [.. WeightFiles.Read(path).Values];
}
