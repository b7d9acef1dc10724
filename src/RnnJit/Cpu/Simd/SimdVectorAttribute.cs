namespace RnnJit.Cpu.Simd;

/// <summary>A vector type whose members the generator writes, from one text for all widths and elements.</summary>
/// <param name="bits">128, 256 or 512.</param>
/// <param name="element">float or double.</param>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class SimdVectorAttribute(int bits, Type element) : Attribute
{
    public int Bits { get; } = bits;

    public Type Element { get; } = element;
}
