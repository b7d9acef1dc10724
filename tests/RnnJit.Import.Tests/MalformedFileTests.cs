using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using RnnJit.Files;

namespace RnnJit.Import.Tests;

/// <summary>Damaged and made-up files: each class gets one sentence that names the file, in bounded time and memory.</summary>
[NonParallelizable]
public class MalformedFileTests
{
    private const long MostBytes = 256L << 20;

    private static IEnumerable<string> Classes => MalformedFiles.All.Keys;

    [TestCaseSource(nameof(Classes))]
    public void A_malformed_file_gets_one_sentence(string name)
    {
        using var folder = new TemporaryFolder();
        var (file, content, said) = MalformedFiles.All[name];
        string path = folder.File(file);
        File.WriteAllBytes(path, content());
        long before = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        Exception? refused = Assert.Catch(() => Read(path));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(MostBytes));
        Assert.That(refused, Is.TypeOf<WeightFileException>().Or.TypeOf<SafetensorsException>(), refused?.ToString());
        Assert.That(refused!.Message, Does.StartWith($"'{path}'").And.Contain(said));
        Assert.That(refused.Message, Does.Not.Contain("\n"));
    }

    [Test]
    public void There_are_sixty() => Assert.That(MalformedFiles.All, Has.Count.GreaterThanOrEqualTo(60));

    // Every cut of a good file, and every byte of it changed.
    [TestCase("good.pt")]
    [TestCase("legacy.pt")]
    [TestCase("good.npz")]
    [TestCase("good.npy")]
    public void Cuts_and_changed_bytes_are_read_or_refused(string file)
    {
        byte[] good = MalformedFiles.Good(file);
        Assert.That(() => Read(file, good), Throws.Nothing);
        for (int length = 0; length < good.Length; length++)
            Assert.That(Refused(file, good[..length]), Is.True, $"cut to {length}");
        int refused = 0;
        for (int place = 0; place < good.Length; place++)
        {
            foreach (byte change in new byte[] { 0x01, 0x80, 0xFF })
            {
                byte[] other = [.. good];
                other[place] ^= change;
                refused += Refused(file, other) ? 1 : 0;
            }
        }

        Assert.That(refused, Is.GreaterThan(good.Length));
    }

    [Test]
    public void A_file_of_torch_save_is_for_the_package_Import()
    {
        Assert.That(() => Networks.Model.FromPyTorch(FixtureTests.File("lstm_views.pt")),
            Throws.TypeOf<WeightFileException>().With.Message.Contains("PyTorchFile.Read"));
        Assert.That(() => Networks.Model.FromPyTorch(FixtureTests.File("lstm_legacy_l2.pt")),
            Throws.TypeOf<WeightFileException>().With.Message.Contains("PyTorchFile.Read"));
    }

    [Test]
    public void Noise_is_of_no_format()
    {
        using var folder = new TemporaryFolder();
        var noise = new byte[1000];
        new Random(5).NextBytes(noise);
        foreach (string name in (string[])["noise.bin", "noise.pt", "noise"])
        {
            File.WriteAllBytes(folder.File(name), noise);
            Assert.That(() => Networks.Model.FromPyTorch(folder.File(name)),
                Throws.TypeOf<WeightFileException>().With.Message.Contains("has the first bytes of no known format"));
        }

        File.WriteAllBytes(folder.File("noise.safetensors"), noise);
        Assert.That(() => Networks.Model.FromPyTorch(folder.File("noise.safetensors")), Throws.TypeOf<SafetensorsException>());
    }

    [Test]
    public void A_missing_file_is_named()
    {
        Assert.That(() => PyTorchFile.Read("none.pt"), Throws.TypeOf<WeightFileException>().With.Message.Contains("'none.pt'"));
        Assert.That(() => NpyFile.Read("none.npy"), Throws.TypeOf<WeightFileException>().With.Message.Contains("'none.npy'"));
    }

    /// <summary>Magic number, version and facts of a file in the old format.</summary>
    internal static byte[] LegacyBegin() =>
    [
        .. new PickleText().Op(0x80, 2).Long(Int128.Parse("119547037146038801333356"), 10).Text(".").Bytes,
        .. new PickleText().Op(0x80, 2).Int(1001).Text(".").Bytes,
        .. new PickleText().Op(0x80, 2).Text("}").String("little_endian").Op(0x88).Text("s.").Bytes,
    ];

    private static bool Refused(string file, byte[] content)
    {
        try
        {
            Read(file, content);
            return false;
        }
        catch (WeightFileException e)
        {
            Assert.That(e.Message, Does.StartWith($"'{file}'").And.Not.Contains("\n"));
            return true;
        }
    }

    private static void Read(string file, byte[] content)
    {
        var stream = new MemoryStream(content);
        string source = $"'{file}'";
        if (file.EndsWith(".npy", StringComparison.Ordinal))
            NpyFile.Read(stream, content.Length, source);
        else if (file.EndsWith(".npz", StringComparison.Ordinal))
            NpzFile.Read(stream, source);
        else
            PyTorchFile.Read(stream, source);
    }

    private static void Read(string path)
    {
        switch (Path.GetExtension(path))
        {
            case ".npy":
                NpyFile.Read(path);
                break;
            case ".npz":
                NpzFile.Read(path);
                break;
            case ".safetensors":
                WeightFile.Read(path);
                break;
            default:
                PyTorchFile.Read(path);
                break;
        }
    }
}
