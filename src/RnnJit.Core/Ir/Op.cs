namespace RnnJit.Ir;

/// <summary>The closed set of op families; passes and backends know families, never single ops.</summary>
public enum OpFamily
{
    Leaf,
    Elementwise,
    Contraction,
    Reduction,
    View,
    Gather,
    Scan,
}

/// <summary>An operation of the graph language. Ops are values: equal when name and attributes are.</summary>
public abstract class Op : IEquatable<Op>
{
    private string? attributes;

    /// <summary>The name in the text form.</summary>
    public abstract string Name { get; }

    public abstract OpFamily Family { get; }

    /// <summary>The text between brackets after the name in the text form; empty when the op has no attributes.</summary>
    public virtual string Attributes => "";

    /// <summary>The types of the results.</summary>
    /// <exception cref="GraphException">The operands do not fit.</exception>
    public abstract TensorType[] Infer(TensorType[] operands, DimContext dims);

    /// <summary>The results in double precision.</summary>
    public abstract NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation);

    /// <summary>The cotangents of the operands, null where there is none; <paramref name="cotangents"/> is
    /// null where a result has none.</summary>
    public abstract Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents);

    /// <summary>The same op with other dimensions and element types.</summary>
    public virtual Op Map(TypeMap map) => this;

    public bool Equals(Op? other) =>
        ReferenceEquals(this, other) || (other is not null && other.GetType() == GetType() && other.Name == Name && HasAttributesOf(other));

    public override bool Equals(object? obj) => Equals(obj as Op);

    public override int GetHashCode() => unchecked((Name.GetHashCode() * 31) + AttributesHash());

    public override string ToString() => KnownAttributes.Length == 0 ? Name : $"{Name}[{KnownAttributes}]";

    private protected virtual bool HasAttributesOf(Op other) => other.KnownAttributes == KnownAttributes;

    private protected virtual int AttributesHash() => KnownAttributes.GetHashCode();

    // Passes compare ops again and again.
    private string KnownAttributes => attributes ??= Attributes;
}

/// <summary>Renames dimensions and element types throughout a graph.</summary>
public sealed class TypeMap(Func<Dim, Dim> dims, Func<ElementType, ElementType> elements)
{
    public Dim Map(Dim dim) => dims(dim);

    /// <summary>The type itself where nothing changes.</summary>
    public TensorType Map(TensorType type)
    {
        ElementType element = elements(type.Element);
        bool same = element == type.Element;
        for (int axis = 0; same && axis < type.Rank; axis++)
            same = dims(type.Dims[axis]) == type.Dims[axis];
        return same ? type : new TensorType(element, type.Dims.Select(dims).ToEquatable());
    }

    public static TypeMap OfDims(Func<Dim, Dim> dims) => new(dims, element => element);

    /// <summary>Symbols not in the table stay.</summary>
    public static TypeMap OfSymbols(IReadOnlyDictionary<string, Dim> symbols) =>
        OfDims(dim => dim.Substitute(symbol => symbols.TryGetValue(symbol, out Dim? bound) ? bound : Dim.Symbol(symbol)));
}
