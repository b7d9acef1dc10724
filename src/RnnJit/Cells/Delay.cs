namespace RnnJit.Cells;

/// <summary>The input of the step before: y = last, last' = x. In the other direction and with lengths it is the one after, 0 (or the given
/// state) where there is none; a layer of it gives what a convolution over time reads besides x.</summary>
[RnnCell]
public static partial class Delay
{
    public static (Value last, Value y) Step(Value x, [Dims("H")] Value last) => (x, last);
}
