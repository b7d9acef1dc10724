using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>Streams beside paths: the same bytes, the same refusals.</summary>
public class StreamsBesidePathsTests
{
    private static NetworkBuilder Network()
    {
        var net = new NetworkBuilder("Streamed");
        Value y = net.Output("y", net.Dense("head", net.Recurrent("rnn", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", 2),
            net.Size("H", 3)), 1));
        net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 1)));
        return net;
    }

    private static byte[] Bytes(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        Assert.That(stream.CanWrite, "it stays open");
        return stream.ToArray();
    }

    [Test]
    public void A_model_is_the_same_bytes_in_a_stream_and_comes_back_from_any_stream()
    {
        using var folder = new TemporaryFolder();
        using var model = new Model(Network());
        model.Save(folder.File("model"));
        byte[] bytes = Bytes(stream => model.Save(stream));
        Assert.That(bytes, Is.EqualTo(File.ReadAllBytes(folder.File("model"))));

        var behind = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };
        foreach (Stream stream in (Stream[])[new MemoryStream(bytes), behind, new OneWay(bytes)])
        {
            using Model loaded = Model.Load(stream);
            Assert.That(Bytes(again => loaded.Save(again)), Is.EqualTo(bytes));
            Assert.That(stream.CanRead, "it stays open");
        }
    }

    [Test]
    public void A_stream_that_is_damaged_short_failing_or_too_large_is_refused()
    {
        using var model = new Model(Network());
        byte[] bytes = Bytes(stream => model.Save(stream));
        byte[] altered = [.. bytes];
        altered[^1] ^= 1;
        Assert.That(() => Model.Load(new MemoryStream(altered)), Throws.TypeOf<CheckpointException>().With.Message.EqualTo(
            "'the stream' was altered after it was written: its digest does not fit its content (use another copy)"));
        Assert.That(() => Model.Load(new MemoryStream(bytes[..^1])), Throws.TypeOf<CheckpointException>());
        Assert.That(() => Model.Load(new OneWay(bytes), new ModelOptions { MemoryLimit = 100 }),
            Throws.TypeOf<CheckpointException>().With.Message.EqualTo("'the stream' could not be read: the stream has more than 100 bytes, "
                + "which is all that a copy may take (give one that can seek, or raise MemoryLimit) (check the path and the permissions)"));
        Assert.That(() => Model.Load((Stream)null!), Throws.ArgumentNullException);
    }

    [Test]
    public void A_training_goes_on_from_a_stream_with_the_bits_of_one_that_was_never_cut()
    {
        using var model = new Model(Network());
        using var trainer = new Trainer(model, steps: 4, batch: 2);
        Fill(trainer);
        trainer.Step();
        byte[] cut = Bytes(trainer.Save);
        trainer.Step();
        using Trainer resumed = Trainer.Resume(new MemoryStream(cut), steps: 4, batch: 2);
        using Model of = resumed.Model;
        Fill(resumed);
        resumed.Step();
        Assert.That(Bytes(resumed.Save), Is.EqualTo(Bytes(trainer.Save)));
    }

    [Test]
    public void Weights_of_PyTorch_and_Keras_go_through_streams()
    {
        using var folder = new TemporaryFolder();
        using var model = new Model(Network());
        model.ToPyTorch(folder.File("torch.safetensors"));
        byte[] torch = Bytes(model.ToPyTorch), keras = Bytes(model.ToKeras);
        Assert.That(torch, Is.EqualTo(File.ReadAllBytes(folder.File("torch.safetensors"))));
        using Model fromTorch = Model.FromPyTorch(new MemoryStream(torch)), fromKeras = Model.FromKeras(new OneWay(keras));
        Assert.That(Bytes(fromTorch.ToPyTorch), Is.EqualTo(torch));
        Assert.That(Bytes(fromKeras.ToKeras), Is.EqualTo(keras));
        Assert.That(() => Model.FromPyTorch(new MemoryStream([1, 2, 3])), Throws.InstanceOf<RnnJitException>()
            .With.Message.StartsWith("'the stream' has 3 bytes"));
    }

    [Test]
    public void Arrays_and_texts_go_through_streams()
    {
        SafetensorsTensor tensor = SafetensorsTensor.From([1f, 2f, 3f], [3]);
        Assert.That(NpyFile.Read(new OneWay(Bytes(stream => NpyFile.Write(stream, tensor)))).ToSingle(), Is.EqualTo(tensor.ToSingle()));
        byte[] npz = Bytes(stream => NpzFile.Write(stream, [new("a", tensor)]));
        Assert.That(NpzFile.Read(new MemoryStream(npz))["a"].ToSingle(), Is.EqualTo(tensor.ToSingle()));
        byte[] file = Bytes(stream => SafetensorsFile.Write(stream, [new("a", tensor)]));
        Assert.That(SafetensorsFile.Read(new OneWay(file))["a"].ToSingle(), Is.EqualTo(tensor.ToSingle()));
        Assert.That(() => NpyFile.Read(new OneWay([])), Throws.TypeOf<WeightFileException>());
        Assert.That(CharacterText.Read(new OneWay("\uFEFFsea"u8.ToArray())).Length, Is.EqualTo(3));
        Assert.That(() => CharacterText.Read(new OneWay([0xFF])),
            Throws.TypeOf<TextDataException>().With.Message.StartsWith("'the stream' is no UTF-8 text at byte 0"));
    }

    private static void Fill(Trainer trainer)
    {
        trainer.Input("x").Write<float>().Fill(0.5f);
        trainer.Input("target").Write<float>().Fill(0.25f);
    }

    /// <summary>Bytes that are read once, forwards, one at a time.</summary>
    private sealed class OneWay(byte[] bytes) : Stream
    {
        private int place;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (place == bytes.Length || count == 0)
                return 0;
            buffer[offset] = bytes[place++];
            return 1;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
