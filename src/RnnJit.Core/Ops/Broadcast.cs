using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>Broadcasting of shapes: axes are aligned from the right, and extent 1 repeats.</summary>
public static class Broadcast
{
    /// <exception cref="GraphException">RNNJ111: element types differ. RNNJ112: extents differ.</exception>
    public static TensorType Join(string op, TensorType a, TensorType b, DimContext dims)
    {
        if (a.Element != b.Element)
            throw new GraphException("RNNJ111", $"'{op}' needs operands of one element type, found {a} and {b} (convert one)");
        if (a == b)
            return dims.Resolve(a);
        int rank = Math.Max(a.Rank, b.Rank);
        var joined = new Dim[rank];
        for (int i = 1; i <= rank; i++)
        {
            Dim x = i <= a.Rank ? a.Dims[a.Rank - i] : Dim.Of(1), y = i <= b.Rank ? b.Dims[b.Rank - i] : Dim.Of(1);
            if (!x.IsOne && !y.IsOne && !dims.Unify(x, y))
                throw new GraphException("RNNJ112", $"'{op}' needs shapes that agree from the right, found {a} and {b} (extent 1 repeats)");
            joined[rank - i] = dims.Resolve(x.IsOne ? y : x);
        }

        return new TensorType(a.Element, EquatableArray.Owning(joined));
    }

    /// <summary>Sums a cotangent back to the shape that was repeated.</summary>
    public static Value Undo(Value cotangent, TensorType original)
    {
        TensorType found = cotangent.Type;
        if (found == original)
            return cotangent;

        int skip = found.Rank - original.Rank;
        int[] axes = Enumerable.Range(0, found.Rank)
            .Where(axis => !found.Dims[axis].IsOne && (axis < skip || original.Dims[axis - skip].IsOne)).ToArray();
        Value sum = axes.Length == 0 ? cotangent : cotangent.Builder.Add(new SumOp(axes), cotangent);
        return sum.Type == original ? sum : cotangent.Builder.Add(new ReshapeOp(original.Dims), sum);
    }
}
