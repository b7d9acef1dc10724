using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>
/// The part of each row's length that lies in each block of time: i32[B] ⇒ i32[blocks, B]. Block i has min(max(length − from − i · steps,
/// 0), steps). Printed as <c>blocklengths[blocks, steps]</c>, with <c>, from</c> where the first block begins later than step 0.
/// </summary>
public sealed class BlockLengthsOp(Dim blocks, int steps, Dim from) : Op
{
    public Dim Blocks { get; } = blocks;

    public int Steps { get; } = steps;

    /// <summary>The step at which the first block begins.</summary>
    public Dim From { get; } = from;

    public override string Name => "blocklengths";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes =>
        $"{Blocks}, {Steps.ToString(CultureInfo.InvariantCulture)}{(From == Dim.Of(0) ? "" : $", {From}")}";

    public static BlockLengthsOp Parse(string attributes)
    {
        string[] parts = attributes.Split(',');
        return parts.Length is 2 or 3 && int.TryParse(parts[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int steps)
            && steps > 0
            ? new BlockLengthsOp(Dim.Parse(parts[0].Trim()), steps, parts.Length == 3 ? Dim.Parse(parts[2].Trim()) : Dim.Of(0))
            : throw new GraphException("RNNJ124", $"'blocklengths[{attributes}]' names no blocks and steps (write blocklengths[S, 100])");
    }

    /// <summary>The part of a length that lies within a block. The length counts from the begin of the first block.</summary>
    public static int Within(int length, int block, int steps) => Math.Min(Math.Max(length - (block * steps), 0), steps);

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) =>
        operands.Length == 1 && operands[0] is { Element: ElementType.I32, Rank: 1 }
        ? [operands[0].WithDims(operands[0].Dims.Prepend(dims.Resolve(Blocks)))]
        : throw new GraphException("RNNJ124",
            $"'blocklengths' needs lengths i32[B], found {TensorType.List(operands, ", ")} (give one whole number for each row)");

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        int blocks = Blocks.Evaluate(evaluation.Sizes), from = From.Evaluate(evaluation.Sizes), rows = operands[0].Length;
        var result = new NdArray(blocks, rows);
        for (int i = 0; i < result.Length; i++)
            result.Data[i] = Within((int)operands[0].Data[i % rows] - from, i / rows, Steps);
        return [result];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];

    public override Op Map(TypeMap map) => new BlockLengthsOp(map.Map(Blocks), Steps, map.Map(From));
}
