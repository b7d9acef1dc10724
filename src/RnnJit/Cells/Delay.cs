namespace RnnJit.Cells;

/// <summary>The input of the previous step: y = last, last' = x; 0, or the given state, at a row's first step. A reverse layer gives the
/// input of the next step. A convolution over time reads x and such layers' outputs.</summary>
[RnnCell]
public static partial class Delay
{
    public static (Value last, Value y) Step(Value x, [Dims("H")] Value last) => (x, last);
}
