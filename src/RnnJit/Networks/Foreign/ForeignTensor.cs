namespace RnnJit.Networks;

/// <summary>A tensor of another library, put together from parameters of a model.</summary>
internal sealed record ForeignTensor(string Name, int[] Shape, IReadOnlyList<ForeignPart> Parts)
{
    /// <summary>The names of its parameters, for people to read.</summary>
    public string Places => string.Join(", ", Parts.Select(part => part.Use switch
    {
        PartUse.ReadOnly => $"+ {part.Parameter}",
        PartUse.WriteOnly => $"(+ {part.Parameter})",
        _ => part.Parameter + (part.Transposed ? "ᵀ" : ""),
    }));
}

/// <summary>
/// All of a parameter as a rectangle of a foreign tensor, which is a matrix here: a vector [N] of the other library is [N, 1], and a
/// vector of the model is a column of it, or a row where the other library's tensor is a matrix.
/// </summary>
internal readonly record struct ForeignPart(string Parameter, int Row, int Column, bool Transposed = false, PartUse Use = PartUse.Both);

/// <summary>The ways a part is used, where one side has two biases and the other has their sum.</summary>
internal enum PartUse
{
    Both,

    /// <summary>The parameter holds the sum: it is added to when the foreign tensor is read, and 0 is written.</summary>
    ReadOnly,

    /// <summary>The foreign tensor holds the sum: it is added to when the parameter is written; what is read leaves the parameter
    /// 0.</summary>
    WriteOnly,
}
