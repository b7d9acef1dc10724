namespace RnnJit.Ir;

/// <summary>What one element of a tensor is.</summary>
public enum ElementType
{
    F32,
    F64,
    I32,
}

/// <summary>A typed tensor shape, printed as <c>f32[T, B, 4H]</c>; a scalar is <c>f32[]</c>.</summary>
public sealed record TensorType(ElementType Element, EquatableArray<Dim> Dims)
{
    public TensorType(ElementType element, params Dim[] dims)
        : this(element, dims.ToEquatable())
    {
    }

    public int Rank => Dims.Count;

    public bool IsReal => Element != ElementType.I32;

    public TensorType WithDims(IEnumerable<Dim> dims) => new(Element, dims.ToEquatable());

    public override string ToString() => $"{Element.ToString().ToLowerInvariant()}[{Dims}]";

    /// <summary>Reads <c>f32[T, B, 4H]</c>.</summary>
    /// <exception cref="GraphException">RNNJ103: no type.</exception>
    public static TensorType Parse(string text)
    {
        string trimmed = text.Trim();
        int open = trimmed.IndexOf('[');
        if (open < 0 || !trimmed.EndsWith("]", StringComparison.Ordinal))
            throw new GraphException("RNNJ103", $"'{text}' is no type (write for instance f32[B, H])");
        ElementType element = trimmed.Substring(0, open) switch
        {
            "f32" => ElementType.F32,
            "f64" => ElementType.F64,
            "i32" => ElementType.I32,
            var other => throw new GraphException("RNNJ103", $"'{other}' is no element type (f32, f64 or i32)"),
        };
        string dims = trimmed.Substring(open + 1, trimmed.Length - open - 2);
        return new TensorType(element, dims.Trim().Length == 0 ? [] : dims.Split(',').Select(Dim.Parse).ToArray());
    }
}
