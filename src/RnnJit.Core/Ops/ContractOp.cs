using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The one contraction: a product of two tensors summed over the labels that the result lacks, such as
/// <c>contract[ab,cb->ac]</c> for x · Wᵀ. Each label of an operand occurs in the other operand or in the result; labels are renamed by
/// first use. A sum over time adds from the last step to the first, <c>contract[abc,abd->cd, forwards]</c> from the first to the last:
/// as the loop runs whose sum it is.</summary>
public sealed class ContractOp : Op
{
    /// <exception cref="GraphException">RNNJ113: the labels are no contraction.</exception>
    public ContractOp(string labels, bool forwards = false)
    {
        Forwards = forwards;
        string[] parts = labels.Replace("->", ",").Split(',').Select(part => part.Trim()).ToArray();
        if (parts.Length != 3 || !labels.Contains("->") || parts.Any(part => part.Distinct().Count() != part.Length)
            || !parts[2].All(label => parts[0].Contains(label) || parts[1].Contains(label))
            || !parts[0].All(label => parts[1].Contains(label) || parts[2].Contains(label))
            || !parts[1].All(label => parts[0].Contains(label) || parts[2].Contains(label)))
        {
            throw new GraphException("RNNJ113",
                $"'{labels}' is no contraction (write two operands and a result such as ab,cb->ac, each label of an operand in the other "
                    + "operand or in the result)");
        }

        var names = (parts[0] + parts[1]).Distinct().Select((label, i) => (label, name: (char)('a' + i)))
            .ToDictionary(pair => pair.label, pair => pair.name);
        Left = new string(parts[0].Select(label => names[label]).ToArray());
        Right = new string(parts[1].Select(label => names[label]).ToArray());
        Result = new string(parts[2].Select(label => names[label]).ToArray());
    }

    /// <summary>Adds up time from the first step to the last.</summary>
    public bool Forwards { get; }

    public string Left { get; }

    public string Right { get; }

    public string Result { get; }

    public override string Name => "contract";

    public override OpFamily Family => OpFamily.Contraction;

    public override string Attributes => $"{Left},{Right}->{Result}{(Forwards ? SumOp.ForwardsMark : "")}";

    public static ContractOp Parse(string attributes) =>
        SumOp.IsForwards(attributes, out string labels) ? new ContractOp(labels, forwards: true) : new ContractOp(attributes);

    public override TensorType[] Infer(TensorType[] operands, DimContext dims)
    {
        if (operands.Length != 2 || operands[0].Rank != Left.Length || operands[1].Rank != Right.Length
            || operands[0].Element != operands[1].Element)
            throw Mismatch(operands);
        // Labels are letters from a on, by first use.
        var extents = new Dim?[Left.Length + Right.Length];
        if (!Bind(Left, operands[0]) || !Bind(Right, operands[1]))
            throw Mismatch(operands);
        var result = new Dim[Result.Length];
        for (int axis = 0; axis < result.Length; axis++)
            result[axis] = dims.Resolve(extents[Result[axis] - 'a']!);
        return [new TensorType(operands[0].Element, EquatableArray.Owning(result))];

        bool Bind(string labels, TensorType type)
        {
            for (int axis = 0; axis < labels.Length; axis++)
            {
                ref Dim? known = ref extents[labels[axis] - 'a'];
                if (known is null)
                    known = type.Dims[axis];
                else if (!dims.Unify(known, type.Dims[axis]))
                    return false;
            }

            return true;
        }
    }

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        string summed = new(Left.Where(label => !Result.Contains(label)).ToArray());
        string all = Result + summed;
        int[] extents = all.Select(
            label => Left.Contains(label) ? operands[0].Shape[Left.IndexOf(label)] : operands[1].Shape[Right.IndexOf(label)]).ToArray();
        int[] a = Strides(Left, operands[0].Shape, all), b = Strides(Right, operands[1].Shape, all);
        var result = new NdArray(extents.Take(Result.Length).ToArray());
        int inner = NdArray.Size(extents.Skip(Result.Length).ToArray());
        if (inner == 0)
            return [result];
        double[] left = operands[0].Data, right = operands[1].Data;
        var rows = new StridedRows(extents, a, b);
        while (rows.Next())
        {
            int i = rows.Offsets[0], j = rows.Offsets[1], di = rows.Steps[0], dj = rows.Steps[1], target = rows.First / inner;
            double sum = result.Data[target];
            for (int n = 0; n < rows.Length; n++)
            {
                sum += left[i] * right[j];
                i += di;
                j += dj;
                if (inner > 1)
                    continue;
                result.Data[target + n] = sum;
                sum = 0;
            }

            if (inner > 1)
                result.Data[target] = sum;
        }

        return [result];
    }

    // c = Σ a·b  ⇒  da = Σ dc·b and db = Σ dc·a, each summed over the axes that the operand lacks.
    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents)
    {
        if (cotangents[0] is not { } dy)
            return [null, null];

        return
        [
            dy.Builder.Add(new ContractOp($"{Result},{Right}->{Left}"), dy, operands[1]),
            dy.Builder.Add(new ContractOp($"{Result},{Left}->{Right}"), dy, operands[0]),
        ];
    }

    private static int[] Strides(string labels, int[] shape, string all) => all.Select(label =>
    {
        int axis = labels.IndexOf(label);
        return axis < 0 ? 0 : NdArray.Size(shape.Skip(axis + 1).ToArray());
    }).ToArray();

    private GraphException Mismatch(TensorType[] operands) =>
        new("RNNJ114", $"'contract[{Attributes}]' does not fit {TensorType.List(operands, " and ")} (a label has one extent)");
}
