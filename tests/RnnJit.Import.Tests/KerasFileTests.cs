using RnnJit.Files;
using RnnJit.Networks;

namespace RnnJit.Import.Tests;

/// <summary>HDF5 files that h5py 3.7 wrote in Keras' layouts, against the same weights as npz.</summary>
[NonParallelizable]
public class KerasFileTests
{
    [TestCase("keras.weights.h5")]
    [TestCase("keras.keras")]
    [TestCase("keras2.h5")]
    public void The_weights_are_those_of_the_npz_file(string name)
    {
        OrderedDictionary<string, SafetensorsTensor> read = KerasFile.Read(FixtureTests.File(name));
        using Model model = Model.FromKeras(read), wanted = Model.FromKeras(FixtureTests.File("keras_lstm.npz"));
        Assert.That(model.Program.ToString(), Is.EqualTo(wanted.Program.ToString()));
        Weight.AssertEqual(model.ToKeras().ToDictionary(), wanted.ToKeras().ToDictionary());
    }

    [Test]
    public void Weights_of_an_optimiser_are_left_out() =>
        Assert.That(KerasFile.Read(FixtureTests.File("keras.weights.h5")).Keys,
            Is.EquivalentTo(new[] { "lstm/cell/kernel", "lstm/cell/recurrent_kernel", "lstm/cell/bias" }));

    [Test]
    public void Compressed_weights_are_refused_by_name() =>
        Assert.That(() => KerasFile.Read(FixtureTests.File("chunked.weights.h5")), Throws.TypeOf<WeightFileException>().With.Message
            .Contains("'layers/lstm/cell/vars/0' is").And.Message.Contains("wanted contiguous"));

    [Test]
    public void Other_files_are_refused()
    {
        Assert.That(() => KerasFile.Read(FixtureTests.File("keras_lstm.json")),
            Throws.TypeOf<WeightFileException>().With.Message.Contains("does not begin as an HDF5 file"));
        Assert.That(() => KerasFile.Read(FixtureTests.File("lstm_views.pt")),
            Throws.TypeOf<WeightFileException>().With.Message.Contains("without 'model.weights.h5'"));
        Assert.That(() => Model.FromKeras(FixtureTests.File("keras.weights.h5")),
            Throws.TypeOf<WeightFileException>().With.Message.Contains("KerasFile.Read"));
    }

    [Test]
    public void Cuts_and_changed_bytes_are_read_or_refused()
    {
        byte[] good = File.ReadAllBytes(FixtureTests.File("keras.weights.h5"));
        int refused = 0;
        for (int length = 0; length < good.Length; length += 7)
            refused += Refused(good[..length]) ? 1 : 0;
        Assert.That(refused, Is.GreaterThan(0));
        for (int place = 0; place < good.Length; place++)
        {
            foreach (byte change in new byte[] { 0x01, 0x80, 0xFF })
            {
                byte before = good[place];
                good[place] ^= change;
                refused += Refused(good) ? 1 : 0;
                good[place] = before;
            }
        }

        Assert.That(refused, Is.GreaterThan(1000));
    }

    // A group that contains its parent, eight bytes of address at a time.
    [Test]
    public void Addresses_that_lead_back_end()
    {
        byte[] good = File.ReadAllBytes(FixtureTests.File("keras.weights.h5"));
        long root = BitConverter.ToInt64(good, 64);
        int refused = 0;
        for (int place = 0; place <= good.Length - 8; place += 8)
        {
            byte[] changed = [.. good];
            BitConverter.TryWriteBytes(changed.AsSpan(place), root);
            refused += Refused(changed) ? 1 : 0;
        }

        Assert.That(refused, Is.GreaterThan(10));
    }

    private static bool Refused(byte[] content)
    {
        try
        {
            KerasFile.Read(new MemoryStream(content), "'a.h5'");
            return false;
        }
        catch (WeightFileException e)
        {
            Assert.That(e.Message, Does.StartWith("'a.h5'").And.Not.Contains("\n"));
            return true;
        }
    }
}
