using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>The kind of a parameter of <c>Step</c>, from its C# type and attributes.</summary>
public enum ParameterKind
{
    Value,
    PerSequence,
    Indices,
    Matrix,
    Vector,
    Tensor3,

    /// <summary>A float or an int: a number known when the cell is compiled.</summary>
    Number,
}

/// <param name="Init">The initialiser that the source names, empty for the default.</param>
/// <param name="Dims">Dimension names from <see cref="DimsAttribute"/>, empty where the equations decide.</param>
/// <param name="Number">The value of a number.</param>
/// <param name="IsGiven">A matrix, vector or tensor that is given with the sequence, the same for all rows, and not trained.</param>
public sealed record CellParameter(string Name, ParameterKind Kind, string Init = "", EquatableArray<string> Dims = default,
    double Number = 0, bool IsGiven = false);

/// <summary>The head of <c>Step</c>: its parameters, and the names of the elements it returns (empty for a single unnamed value).</summary>
public sealed record CellSignature(string Name, EquatableArray<CellParameter> Parameters, EquatableArray<string> Results);
