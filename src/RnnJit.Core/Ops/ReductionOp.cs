using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>A reduction over axes that stay with extent 1.</summary>
public abstract class ReductionOp : Op
{
    protected ReductionOp(IEnumerable<int> axes)
    {
        Axes = axes.OrderBy(axis => axis).Distinct().ToEquatable();
        if (Axes.Count == 0 || Axes[0] < 0)
            throw new GraphException("RNNJ115",
                $"'{Name}[{Attributes}]' needs at least one axis, none negative (write for instance {Name}[0])");
    }

    public EquatableArray<int> Axes { get; }

    public sealed override OpFamily Family => OpFamily.Reduction;

    public override string Attributes => Axes.ToString();

    /// <summary>The value of an empty sum.</summary>
    public abstract double Start { get; }

    public abstract double Combine(double total, double x);

    /// <summary>The function of the dialect that reduces a vector, and the one that combines two.</summary>
    public abstract string Spelling { get; }

    protected static IEnumerable<int> ParseAxes(string attributes) => attributes.Split(',').Select(axis =>
        int.TryParse(axis.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new GraphException("RNNJ115", $"'{axis}' is no axis (write numbers such as 0, 1)"));

    public sealed override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 1 || Axes[Axes.Count - 1] >= operands[0].Rank)
            throw new GraphException("RNNJ115",
                $"'{Name}[{Attributes}]' does not fit {TensorType.List(operands, ", ")} (axes are counted from 0)");
        Dim[] extents = operands[0].Dims.ToArray();
        foreach (int axis in Axes)
            extents[axis] = Dim.Of(1);
        return [operands[0].WithDims(EquatableArray.Owning(extents))];
    }

    public sealed override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        NdArray x = operands[0];
        var result = new NdArray(x.Shape.Select((extent, axis) => Axes.Contains(axis) ? 1 : extent).ToArray());
        for (int i = 0; i < result.Length; i++)
            result.Data[i] = Start;
        var rows = new StridedRows(x.Shape, result.BroadcastStrides(x.Rank));
        while (rows.Next())
        {
            for (int i = 0; i < rows.Length; i++)
            {
                int target = rows.Offsets[0] + (i * rows.Steps[0]);
                result.Data[target] = Combine(result.Data[target], x.Data[rows.First + i]);
            }
        }

        return [result];
    }
}
