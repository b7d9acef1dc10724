namespace RnnJit.Ir;

/// <summary>The number format of a tensor's elements.</summary>
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

    /// <summary>The most axes that a tensor may have.</summary>
    public const int MostAxes = 64;

    public int Rank => Dims.Count;

    public bool IsReal => Element != ElementType.I32;

    public TensorType WithDims(IEnumerable<Dim> dims) => new(Element, dims.ToEquatable());

    internal TensorType WithDims(EquatableArray<Dim> dims) => new(Element, dims);

    /// <summary>The type with another extent along one axis.</summary>
    internal TensorType WithDim(int axis, Dim dim)
    {
        Dim[] dims = Dims.ToArray();
        dims[axis] = dim;
        return new TensorType(Element, EquatableArray.Owning(dims));
    }

    /// <summary>The characters of <see cref="ToString"/>.</summary>
    internal int TextLength
    {
        get
        {
            int length = "f32[]".Length + (2 * Math.Max(0, Rank - 1));
            for (int axis = 0; axis < Rank; axis++)
                length += Dims[axis].ToString().Length;
            return length;
        }
    }

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
        return new TensorType(element, EquatableArray.Owning(ParseDims(dims)));
    }

    /// <summary>Reads <c>T, B, 4H</c>.</summary>
    /// <exception cref="GraphException">RNNJ210: too many axes. RNNJ102, RNNJ200: one is no dimension.</exception>
    internal static Dim[] ParseDims(string text)
    {
        if (text.Trim().Length == 0)
            return [];
        int count = text.Count(c => c == ',') + 1;
        RequireAxes(count);
        var dims = new Dim[count];
        for (int axis = 0, start = 0; axis < count; axis++)
        {
            int end = axis == count - 1 ? text.Length : text.IndexOf(',', start);
            dims[axis] = Dim.Parse(text, start, end - start);
            start = end + 1;
        }

        return dims;
    }

    /// <exception cref="GraphException">RNNJ210: that is too many.</exception>
    internal static void RequireAxes(int rank)
    {
        if (rank > MostAxes)
            throw new GraphException("RNNJ210", $"A tensor has {rank} axes, wanted at most {MostAxes} (reshape it)");
    }

    /// <summary>Types for a message, the first of many.</summary>
    internal static string List(IReadOnlyCollection<TensorType> types, string separator)
    {
        const int Most = 8, Longest = 200;
        string first = string.Join(separator,
            types.Take(Most).Select(type => type.TextLength <= Longest ? type.ToString() : type.ToString().Substring(0, Longest) + "…"));
        return types.Count <= Most ? first : $"{first}{separator}{types.Count - Most} more";
    }
}
