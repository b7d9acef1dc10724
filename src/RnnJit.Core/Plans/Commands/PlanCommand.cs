using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>Times at which a command has to be done.</summary>
public enum CommandWhen
{
    /// <summary>Once, before the first run.</summary>
    Bind,

    /// <summary>Before the first run that follows a change of a parameter it reads.</summary>
    ParametersChanged,

    /// <summary>At each run, or at each step of the loop it belongs to.</summary>
    Run,
}

/// <summary>One operation of a plan on views of buffers. Backends lower it to what they execute.</summary>
public abstract record PlanCommand
{
    public abstract IEnumerable<BufferView> Reads { get; }

    public abstract IEnumerable<BufferView> Writes { get; }

    public IEnumerable<BufferView> Views => Reads.Concat(Writes);

    /// <summary>Elements that the command's address arithmetic can reach, as views of the same buffers; <see cref="PlanBounds"/> checks
    /// them in addition to <see cref="Views"/>.</summary>
    public virtual IEnumerable<BufferView> Reached => [];

    /// <summary>The op that computes <see cref="Writes"/> from <see cref="Reads"/> in double precision; null where the command is not
    /// exactly one op.</summary>
    public virtual Op? Definition => null;

    public virtual CommandWhen When => CommandWhen.Run;

    /// <summary>Floating-point operations of matrix products: 2 per multiply-add.</summary>
    public virtual double Flops => 0;

    /// <summary>Number of bytes that the command reads and writes, summed over its views.</summary>
    public double Bytes => Views.Sum(view => (double)view.Length * view.ElementSize);

    /// <summary>One line for people, without views.</summary>
    public abstract string Describe { get; }

    /// <summary>Name of the operation and its attributes, as <see cref="PlanText"/> prints them.</summary>
    public abstract string Text { get; }

    public sealed override string ToString() => Describe;
}
