using System.Runtime.InteropServices;
using RnnJit.Cpu;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>One stream of a <see cref="StreamingModel"/>: carried values, inputs and scratch of a step, in memory of its own. One thread at
/// a time may use it.</summary>
public sealed unsafe class StreamState : IDisposable
{
    // Fingerprint of the model, steps done.
    private const int Header = 16;

    private readonly NativeBuffer buffer;
    private byte* memory;

    internal StreamState(StreamingModel model)
    {
        Model = model;
        buffer = new NativeBuffer(model.BytesPerState);
        memory = buffer.Data;
        model.Plan.BindAddresses(memory);
        Reset();
    }

    public StreamingModel Model { get; }

    /// <summary>Steps done since the beginning.</summary>
    public long Steps { get; private set; }

    /// <summary>Bytes of a snapshot.</summary>
    public int SnapshotBytes
    {
        get
        {
            long bytes = Header;
            foreach (ByteRange range in Model.Lasting)
                bytes += range.Bytes;
            return checked((int)bytes);
        }
    }

    internal byte* Memory
    {
        get
        {
            if (memory == null)
                ThrowDisposed();
            return memory;
        }
    }

    /// <summary>A carried value by the name of its initial state, such as <c>layer0.h0</c> [B, H]: read or written between
    /// steps. Freed with the state.</summary>
    /// <exception cref="UnknownNameException">There is no such state.</exception>
    public Tensor this[string name] => At(Model.Plan.Input(name));

    /// <summary>One step of an input, [1, B, …], or an input per sequence, which stays until it is written again.</summary>
    /// <exception cref="UnknownNameException">There is no such input.</exception>
    public Tensor Input(string name) => At(Model.Plan.Input(name));

    /// <summary>A result of the last step, [1, B, …].</summary>
    /// <exception cref="UnknownNameException">There is no such result.</exception>
    public Tensor Output(string name) => At(Model.Plan.Output(name));

    /// <summary>Resets the stream: carried values become 0 or their initial values computed from parameters; inputs per sequence become
    /// 0.</summary>
    public void Reset()
    {
        foreach (ByteRange range in Model.Lasting)
            Model.Beginning.Slice((int)range.Offset, (int)range.Bytes).CopyTo(Span(range));
        Steps = 0;
        GC.KeepAlive(this);
    }

    /// <summary>A stream that goes on from here on its own.</summary>
    public StreamState Clone()
    {
        var clone = new StreamState(Model);
        clone.CopyFrom(this);
        return clone;
    }

    /// <summary>Takes the place of another stream over; nothing is allocated.</summary>
    /// <exception cref="ArgumentException">The other state is another model's.</exception>
    public void CopyFrom(StreamState other)
    {
        if (other.Model != Model)
            throw new ArgumentException("The state belongs to another model (copy states of one model only)", nameof(other));
        foreach (ByteRange range in Model.Lasting)
            other.Span(range).CopyTo(Span(range));
        Steps = other.Steps;
        GC.KeepAlive(this);
        GC.KeepAlive(other);
    }

    /// <summary>
    /// The carried values and inputs per sequence, as bytes that <see cref="Restore"/> takes, in this or another process of the same byte
    /// order.
    /// </summary>
    public byte[] Snapshot()
    {
        var bytes = new byte[SnapshotBytes];
        Snapshot(bytes);
        return bytes;
    }

    /// <summary>Like <see cref="Snapshot()"/>, into memory of the caller's; nothing is allocated.</summary>
    /// <exception cref="ArgumentException">The length is not <see cref="SnapshotBytes"/>.</exception>
    public void Snapshot(Span<byte> into)
    {
        if (into.Length != SnapshotBytes)
            throw new ArgumentException($"A snapshot has {SnapshotBytes} bytes, found room for {into.Length} (give SnapshotBytes)",
                nameof(into));
        ulong print = Model.Print;
        long steps = Steps;
        MemoryMarshal.Write(into, in print);
        MemoryMarshal.Write(into[8..], in steps);
        into = into[Header..];
        foreach (ByteRange range in Model.Lasting)
        {
            Span(range).CopyTo(into);
            into = into[(int)range.Bytes..];
        }

        GC.KeepAlive(this);
    }

    /// <summary>Goes back to a snapshot; nothing is allocated.</summary>
    /// <exception cref="ArgumentException">The snapshot is another model's, or damaged.</exception>
    public void Restore(ReadOnlySpan<byte> snapshot)
    {
        if (snapshot.Length != SnapshotBytes)
            throw new ArgumentException(
                $"A snapshot of this model has {SnapshotBytes} bytes, found {snapshot.Length} (use one of the same model and batch)",
                nameof(snapshot));
        if (MemoryMarshal.Read<ulong>(snapshot) != Model.Print)
            throw new ArgumentException("The snapshot was taken of another model (use one of the same program, sizes and precision)",
                nameof(snapshot));
        Steps = MemoryMarshal.Read<long>(snapshot[8..]);
        snapshot = snapshot[Header..];
        foreach (ByteRange range in Model.Lasting)
        {
            snapshot[..(int)range.Bytes].CopyTo(Span(range));
            snapshot = snapshot[(int)range.Bytes..];
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees the state; not while a step of it runs. Its tensors throw afterwards.</summary>
    public void Dispose()
    {
        memory = null;
        buffer.Dispose();
    }

    internal void Count() => Steps++;

    private static void ThrowDisposed() =>
        throw new ObjectDisposedException(null, "The stream was disposed (make a new one with NewState)");

    private Span<byte> Span(ByteRange range) => new(Memory + range.Offset, (int)range.Bytes);

    private Tensor At(TensorRange range) => new(range.Element, range.Shape, buffer, Memory + range.Place.Offset);
}
