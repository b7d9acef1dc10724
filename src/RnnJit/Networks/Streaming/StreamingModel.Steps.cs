using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Runtime;

namespace RnnJit.Networks;

public sealed unsafe partial class StreamingModel
{
    private readonly (ByteRange Place, ElementType Element, int Length, string Name) input;
    private readonly ByteRange result;
    private readonly ByteRange[] ranges;
    private readonly ulong fingerprint;
    private readonly string? other;

    /// <summary>The ranges of a state's memory that last from step to step: carried values and inputs per sequence.</summary>
    internal ReadOnlySpan<ByteRange> Lasting => ranges;

    /// <summary>Tells snapshots of different models apart.</summary>
    internal ulong Print => fingerprint;

    private int RealSize => options.Precision == ElementType.F64 ? sizeof(double) : sizeof(float);

    /// <summary>One time step: x [B, …] ⇒ y, the first result [B, …].</summary>
    /// <exception cref="ArgumentException">x or y has another length, the first input is no real number, another input has a value for each
    /// step too, or the state is another model's.</exception>
    /// <exception cref="ObjectDisposedException">The state, this, or the model with the parameters was disposed.</exception>
    public void Step(ReadOnlySpan<float> x, StreamState state, Span<float> y)
    {
        byte* memory = Check(x.Length, y.Length, real: true, state);
        Write(x, memory);
        Run(state, memory);
        Read(memory, y);
        GC.KeepAlive(state);
    }

    /// <inheritdoc cref="Step(ReadOnlySpan{float}, StreamState, Span{float})"/>
    public void Step(ReadOnlySpan<double> x, StreamState state, Span<double> y)
    {
        byte* memory = Check(x.Length, y.Length, real: true, state);
        Write(x, memory);
        Run(state, memory);
        Read(memory, y);
        GC.KeepAlive(state);
    }

    /// <summary>One time step of a model that begins with an embedding: codes [B] ⇒ y, the first result.</summary>
    /// <exception cref="ArgumentException">x or y has another length, the first input is no integer, another input has a value for each
    /// step too, or the state is another model's.</exception>
    /// <exception cref="ObjectDisposedException">The state, this, or the model with the parameters was disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A code is outside the vocabulary; the state is as before.</exception>
    public void Step(ReadOnlySpan<int> x, StreamState state, Span<float> y)
    {
        byte* memory = Check(x.Length, y.Length, real: false, state);
        x.CopyTo(new Span<int>(memory + input.Place.Offset, input.Length));
        Run(state, memory);
        Read(memory, y);
        GC.KeepAlive(state);
    }

    /// <inheritdoc cref="Step(ReadOnlySpan{int}, StreamState, Span{float})"/>
    public void Step(int x, StreamState state, Span<float> y) => Step(new ReadOnlySpan<int>(in x), state, y);

    /// <summary>One time step of a model with several inputs or results: fill <see cref="StreamState.Input"/>, step, read
    /// <see cref="StreamState.Output"/>.</summary>
    /// <exception cref="ArgumentException">The state is another model's.</exception>
    /// <exception cref="ObjectDisposedException">The state, this, or the model with the parameters was disposed.</exception>
    public void Step(StreamState state)
    {
        Run(state, Memory(state));
        GC.KeepAlive(state);
    }

    private void Run(StreamState state, byte* memory)
    {
        plan.Run(memory);
        state.Count();
    }

    private byte* Memory(StreamState state)
    {
        if (state.Model != this)
            throw new ArgumentException("The state belongs to another model (make it with NewState of this one)", nameof(state));

        plan.RequireMemory();
        return state.Memory;
    }

    private byte* Check(int x, int y, bool real, StreamState state)
    {
        if (x != input.Length || real == (input.Element == ElementType.I32))
            throw new ArgumentException(input.Length == 0
                ? "The model has no input (use Step(state))"
                : $"'{input.Name}' wants {input.Length} {(input.Element == ElementType.I32 ? "integers" : "real numbers")} a step, "
                    + $"found {x} {(real ? "real numbers" : "integers")} (give one step of all rows)");
        if (other is not null)
            throw new ArgumentException(
                $"Step(x, state, y) gives '{input.Name}' alone and the model reads '{other}' at each step too "
                    + "(fill state.Input of each and use Step(state))");
        if (y != OutputLength)
            throw new ArgumentException(
                $"The result '{program.Step.Outputs[0].Name}' has {OutputLength} numbers a step, found room for {y} (make y that long)");
        return Memory(state);
    }

    private void Write<T>(ReadOnlySpan<T> x, byte* memory)
        where T : unmanaged
    {
        byte* to = memory + input.Place.Offset;
        if (sizeof(T) == RealSize)
        {
            x.CopyTo(new Span<T>(to, x.Length));
            return;
        }

        for (int i = 0; i < x.Length; i++)
        {
            if (typeof(T) == typeof(float))
                ((double*)to)[i] = (float)(object)x[i];
            else
                ((float*)to)[i] = (float)(double)(object)x[i];
        }
    }

    private void Read<T>(byte* memory, Span<T> y)
        where T : unmanaged
    {
        byte* from = memory + result.Offset;
        if (sizeof(T) == RealSize)
        {
            new ReadOnlySpan<T>(from, y.Length).CopyTo(y);
            return;
        }

        for (int i = 0; i < y.Length; i++)
            y[i] = typeof(T) == typeof(float) ? (T)(object)(float)((double*)from)[i] : (T)(object)(double)((float*)from)[i];
    }

    private (ByteRange, ElementType, int, string) Port()
    {
        if (program.Step.Inputs.FirstOrDefault(port => port.Role is not (PortRole.Parameter or PortRole.State)) is not { } port)
            return (default, options.Precision, 0, "");

        TensorRange range = plan.Input(port.Name);
        return (range.Place, range.Element, NdArray.Size(range.Shape), port.Name);
    }

    private IEnumerable<ByteRange> Ranges() => program.Step.Inputs
        .Where(port => port.Role == PortRole.State || (port.Role != PortRole.Parameter && !port.Type.Dims.Any(StreamCheck.IsTimed)))
        .Select(port => plan.Input(port.Name).Place);

    // Snapshots hold it, those of earlier versions too.
    private ulong Fingerprint()
    {
        string text =
            $"{OpTable.WithOldNames(program.Step.ToString())}|{options.Precision}"
                + $"|{string.Join(",", options.Sizes.OrderBy(size => size.Key, StringComparer.Ordinal))}";
        return MemoryMarshal.Read<ulong>(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
