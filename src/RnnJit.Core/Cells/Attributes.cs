namespace RnnJit;

/// <summary>Marks a static class whose method <c>Step</c> is the forward equations of a recurrent cell.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RnnCellAttribute : Attribute
{
}

/// <summary>An input of a cell that is the same at every step of a sequence: a Value has a row for each sequence; a Matrix, Vector or
/// Tensor3 is the same for all of them and is not trained.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PerSequenceAttribute : Attribute
{
}

/// <summary>The initialiser of a trained parameter: glorot, orthogonal, identity, uniform (±1 / √columns), uniform01 (from 0 to 1), zeros,
/// ones, or a finite number.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class InitAttribute(string kind) : Attribute
{
    public string Kind { get; } = kind;
}

/// <summary>Names the dimensions of a parameter where the equations leave them open, such as <c>[Dims("H", "X")]</c>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DimsAttribute(params string[] names) : Attribute
{
    public string[] Names { get; } = names;
}
