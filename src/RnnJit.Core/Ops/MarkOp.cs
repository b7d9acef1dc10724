using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>1 in the places of a new last axis that an integer names, 0 in the others: i32[T, B] ⇒ f32[T, B, places].</summary>
public abstract class MarkOp(Dim places, ElementType element) : Op
{
    public Dim Places { get; } = places;

    public ElementType Element { get; } = element;

    /// <summary>The largest index allowed, for a number of places.</summary>
    public abstract int Largest(int places);

    public sealed override OpFamily Family => OpFamily.Gather;

    public override string Attributes => $"{Places} : {Element.ToString().ToLowerInvariant()}";

    /// <summary>The function of the dialect and the sign that hold between a marked place and the index: Equal and ==, Less and
    /// &lt;.</summary>
    public abstract (string Function, string Sign) Comparison { get; }

    /// <summary>An index that marks nothing wherever it lies; null if there is none.</summary>
    public virtual int? Ignored => null;

    /// <summary>The cure, in parentheses, of the message about an index out of range.</summary>
    public abstract string Cure { get; }

    public abstract bool Marks(int index, int place);

    public abstract MarkOp Over(Dim places, ElementType element);

    public sealed override Op Map(TypeMap map) => Over(map.Map(Places), map.Map(new TensorType(Element)).Element);

    public sealed override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1 || operands[0].Element != ElementType.I32)
            throw new GraphException("RNNJ122",
                $"'{Name}' needs i32 indices, found {TensorType.List(operands, " and ")} (give whole numbers)");
        var extents = new Dim[operands[0].Rank + 1];
        for (int axis = 0; axis < extents.Length; axis++)
            extents[axis] = axis < operands[0].Rank ? operands[0].Dims[axis] : Places;
        return [new TensorType(Element, EquatableArray.Owning(extents))];
    }

    public sealed override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        int places = Places.Evaluate(evaluation.Sizes);
        var result = new NdArray([.. operands[0].Shape, places]);
        for (int i = 0; i < operands[0].Length; i++)
        {
            int index = (int)operands[0].Data[i];
            if (index != Ignored)
                GatherOp.CheckRow(0, index, Largest(places) + 1, OneHotOp.CureOf(Cure, index));
            for (int place = 0; place < places; place++)
                result.Data[(i * places) + place] = index != Ignored && Marks(index, place) ? 1 : 0;
        }

        return [result];
    }

    public sealed override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];

    // V : f32
    protected static (Dim Places, ElementType Element) Read(string op, string attributes)
    {
        string[] parts = attributes.Split(':');
        if (parts.Length != 2)
            throw new GraphException("RNNJ122", $"'{op}[{attributes}]' needs an extent and an element type (write {op}[V : f32])");
        return (Dim.Parse(parts[0]), TensorType.Parse(parts[1] + "[]").Element);
    }
}
