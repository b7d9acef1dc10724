using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>Row numbers by length, the longest first; equal lengths keep their order.</summary>
/// <param name="Keys">Scratch of 64 bits for each row.</param>
public sealed record SortRowsCommand(BufferView Lengths, BufferView Keys, BufferView Result) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [Lengths];

    public override IEnumerable<BufferView> Writes => [Keys, Result];

    public override string Describe => $"sort {Quantity.Of(Lengths.Length, "row")} by length";

    public override string Text => "argsort-lengths";
}

/// <summary>The inverse of a permutation.</summary>
/// <param name="Name">Name of the indices, for messages.</param>
public sealed record InversePermutationCommand(BufferView Order, BufferView Result, string Name) : PlanCommand
{
    public override Op? Definition => InversePermutationOp.Instance;

    public override IEnumerable<BufferView> Reads => [Order];

    public override IEnumerable<BufferView> Writes => [Result];

    public override string Describe => $"inverse permutation of {Quantity.Of(Order.Length, "row")}";

    public override string Text => "inverse-permutation";
}

/// <summary>Rows along an axis by index.</summary>
/// <param name="Name">Name of the indices, for messages.</param>
/// <param name="Active">Rows it is done for, at every step along the first axis; null for all.</param>
public sealed record TakeCommand(BufferView Input, BufferView Index, BufferView Result, int Axis, string Name,
    TakenRows? Active) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => Active is null ? [Input, Index] : [Input, Index, Active.Lengths];

    public override IEnumerable<BufferView> Writes => [Result];

    public override string Describe =>
        $"take {Index.Length} of {Quantity.Of(Input.Shape[Axis], "row")}{(Axis == 0 ? "" : $" of [{string.Join(", ", Input.Shape)}]")}"
            + $"{(Active is null ? "" : Active.Clears ? ", those that run, 0 behind" : ", those that run")}";

    public override string Text =>
        $"take<axis {Axis}>{(Active is null ? "" : Active.OfSource ? " rows<source>" : " rows<result>")}"
            + $"{(Active?.Clears == true ? " zero" : "")}";
}

/// <summary>The place of the maximum along the last axis of any view.</summary>
public sealed record ArgMaxCommand(BufferView Input, BufferView Result) : PlanCommand
{
    public override Op? Definition => ArgMaxOp.Instance;

    public override IEnumerable<BufferView> Reads => [Input];

    public override IEnumerable<BufferView> Writes => [Result];

    public override string Describe => $"argmax of {Quantity.Of(Result.Length, "row")} of {Input.Shape[^1]}";

    public override string Text => "argmax";
}

/// <summary>Part of each row's length that lies in each block of time.</summary>
/// <param name="First">First step of the first block.</param>
public sealed record BlockLengthsCommand(BufferView Lengths, BufferView Result, int Steps, int First) : PlanCommand
{
    public override Op? Definition => new BlockLengthsOp(Dim.Of(Result.Shape[0]), Steps, Dim.Of(First));

    public override IEnumerable<BufferView> Reads => [Lengths];

    public override IEnumerable<BufferView> Writes => [Result];

    public override string Describe =>
        $"lengths of {Quantity.Of(Lengths.Length, "row")} in {Quantity.Of(Result.Shape[0], "block")} of {Quantity.Of(Steps, "step")}";

    public override string Text => $"block-lengths<{Steps} steps from {First}>";
}

/// <summary>A check that every index lies in 0 … largest, or is the one that is ignored.</summary>
/// <param name="Cure">End of the message.</param>
/// <param name="Name">Name of the indices, for messages.</param>
public sealed record CheckIndicesCommand(BufferView Index, int Largest, int? Ignored, string Cure, string Name) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [Index];

    public override IEnumerable<BufferView> Writes => [];

    public override string Describe => $"check {Quantity.Of(Index.Length, "index", "indices")}";

    public override string Text => $"check-indices<0 to {Largest}{(Ignored is { } ignored ? $" or {ignored}" : "")}>";
}

/// <summary>A check that no integer is greater than its bound.</summary>
public sealed record CheckBoundsCommand(BufferView Input, BufferView Bound, string Name, string BoundName) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [Input, Bound];

    public override IEnumerable<BufferView> Writes => [];

    public override string Describe => $"check {Quantity.Of(Input.Length, "integer")} against bounds";

    public override string Text => "assert-le";
}
