using static RnnJit.Rnn;

namespace RnnJit.Generators.Tests.Cells;

/// <summary>Only the runtime can read this cell: its parts are made with LINQ.</summary>
#pragma warning disable RNNJ030 // This is what the test is about.
[RnnCell]
public static partial class Traced
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U) => Split(W * x + U * h, 2).Select(Tanh).Aggregate((a, b) => a * b);
}
#pragma warning restore RNNJ030
