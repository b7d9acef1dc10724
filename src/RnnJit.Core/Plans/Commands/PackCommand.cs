using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>A part of a matrix that is packed.</summary>
/// <param name="NStride">Elements from column to column.</param>
/// <param name="KStride">Elements from row to row.</param>
/// <param name="NOffset">Column of the packed matrix that its first column becomes.</param>
/// <param name="KOffset">Row of the packed matrix that its first row becomes.</param>
public sealed record PackPart(BufferView View, long NStride, long KStride, int N, int K, int NOffset, int KOffset);

/// <summary>Packs a right operand of matrix products into the panels of the target. Weights are packed
/// again only after they changed.</summary>
/// <param name="Reverse">The last k becomes the first.</param>
public sealed record PackCommand(PackPart[] Parts, BufferView Target, int N, int K, bool Reverse) : PlanCommand
{
    public bool IsWeight => Parts.All(part => part.View.IsWeight);

    public override CommandWhen When => IsWeight ? CommandWhen.ParametersChanged : CommandWhen.Run;

    public override IEnumerable<BufferView> Reads => Parts.Select(part => part.View);

    public override IEnumerable<BufferView> Writes => [Target];

    public override IEnumerable<BufferView> Reached =>
        Parts.Select(part => part.View.Over([(part.N, part.NStride), (part.K, part.KStride)]))
            .Append(Target.Over([(checked((int)Target.Panels!.Value.Elements), 1)]));

    public override string Describe =>
        $"pack {N} × {K} from {Quantity.Of(Parts.Length, IsWeight ? "weight" : "value")}"
            + $"{(!IsWeight ? "" : Parts.Length == 1 ? ", when it changed" : ", when they changed")}"
            + $"{(Target.Storage == WeightStorage.Single ? "" : $", as {Target.Storage}")}";

    public override string Text =>
        $"pack {K} x {N}{(Reverse ? " reverse" : "")}{(Target.Storage == WeightStorage.Single ? "" : $" as {Target.Storage}")}";
}

/// <summary>Packs the listed rows of a right operand, and no others.</summary>
/// <param name="TimeStride">Elements from a row of one step to that of the next.</param>
/// <param name="RowStride">Elements from a row to the next of the same step.</param>
public sealed record PackListedCommand(BufferView Source, long NStride, long TimeStride, long RowStride, int N, ActiveRows Rows,
    BufferView Target) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [Source, Rows.Listed!];

    public override IEnumerable<BufferView> Writes => [Target];

    public override string Describe => $"pack {Quantity.Of(N, "column")} of the rows that run";

    public override string Text => $"pack-listed {N}";
}

/// <summary>Numbers of the rows of [T, B] that run, last to first or, forwards, first to last; before them their count. i32[T · B +
/// 1].</summary>
public sealed record ListRowsCommand(BufferView Lengths, BufferView Listed, int Steps, int Batch, bool Forwards) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [Lengths];

    public override IEnumerable<BufferView> Writes => [Listed];

    public override string Describe => $"list the rows of {Quantity.Of(Steps, "step")} of {Batch} that run";

    public override string Text => $"list-rows {Steps} x {Batch}{(Forwards ? " forwards" : "")}";
}
