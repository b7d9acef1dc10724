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

/// <summary>Σ over axes; they stay with extent 1. A sum over time adds from the last step to the first, <c>sum[0, 1, forwards]</c> from the
/// first to the last: as the loop runs whose sum it is.</summary>
public sealed class SumOp(IEnumerable<int> axes, bool forwards = false) : ReductionOp(axes)
{
    internal const string ForwardsMark = ", forwards";

    /// <summary>Adds up time from the first step to the last.</summary>
    public bool Forwards { get; } = forwards;

    public override string Attributes => base.Attributes + (Forwards ? ForwardsMark : "");

    public override string Name => "sum";

    public override double Start => 0;

    public override string Spelling => "Sum";

    public static SumOp Parse(string attributes) =>
        IsForwards(attributes, out string axes) ? new(ParseAxes(axes), forwards: true) : new(ParseAxes(attributes));

    internal static bool IsForwards(string attributes, out string others)
    {
        bool forwards = attributes.EndsWith(ForwardsMark, StringComparison.Ordinal);
        others = forwards ? attributes.Substring(0, attributes.Length - ForwardsMark.Length) : attributes;
        return forwards;
    }

    public override double Combine(double total, double x) => total + x;

    // y = Σ x  ⇒  dx = dy repeated.
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) =>
        [cotangents[0] is { } dy ? dy.Builder.Add(new BroadcastOp(operands[0].Type.Dims), dy) : null];
}
