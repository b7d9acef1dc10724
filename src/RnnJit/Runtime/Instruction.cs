using RnnJit.Cpu;

namespace RnnJit.Runtime;

/// <summary>One thing that a bound Program does. Nothing is allocated while it runs.</summary>
internal abstract class Instruction
{
    /// <summary>The views it reads and writes, for lifetimes.</summary>
    public abstract IEnumerable<View> Views { get; }

    /// <summary>The elements that its address arithmetic reaches, as views of the same blocks; <see cref="ViewBounds"/> proves them beside <see cref="Views"/>.</summary>
    public virtual IEnumerable<View> Reached => [];

    /// <summary>Whether, inside a loop over time, each row of the batch is computed from that row and invariants alone.</summary>
    public virtual bool IsByRow => false;

    /// <summary>Whether, inside a loop over time, it can be given some rows of the batch; others may have made what it reads of other rows.</summary>
    public virtual bool TakesRows => IsByRow;

    /// <summary>Arithmetic of products and sums of products.</summary>
    public virtual double Flops => 0;

    /// <summary>What it reads and writes.</summary>
    public double Bytes => Views.Sum(view => (double)view.Length * view.ElementSize);

    /// <summary>A line for people.</summary>
    public abstract string Describe { get; }

    /// <summary>Turns views into addresses once memory is there.</summary>
    public abstract void Resolve();

    /// <summary>Does one share.</summary>
    public abstract void Execute(in Share share, in Clock clock);

    /// <summary>Does shares that nobody has begun, and returns when all are done.</summary>
    public virtual void Run(ref TeamThread thread, in Clock clock)
    {
        while (thread.Take(out int share))
            Execute(new Share(share, thread.Shares, -1, -1), clock);
    }
}
