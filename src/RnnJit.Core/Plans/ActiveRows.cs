using RnnJit.Planning;

namespace RnnJit.Plans;

/// <summary>Positions of time and of the batch's rows within a matrix product or sum.</summary>
public enum ActiveAxes
{
    /// <summary>As rows of A and C, or both summed over.</summary>
    Rows,

    /// <summary>Both are loops, time the first and the batch the second.</summary>
    Loops,

    /// <summary>A loop over the batch; steps are rows of A and C.</summary>
    Steps,

    /// <summary>A loop over the batch, or its columns side by side; steps are summed over.</summary>
    SumOfSteps,
}

/// <summary>
/// Rows with lengths that a command over all steps is done for: at each step the rows up to the last one that still runs. These are all
/// rows that run where rows are sorted by length.
/// </summary>
/// <param name="Lengths">Steps of each row of the batch, i32[B].</param>
/// <param name="BatchFirst">Rows are those of [B, T, …]; each row of the batch has a prefix of them.</param>
/// <param name="Listed">Row numbers as <see cref="ListRowsCommand"/> writes them; for sums.</param>
public sealed record ActiveRows(PaddingResult Kind, BufferView Lengths, int Steps, int Batch, BufferView? Listed = null,
    ActiveAxes Axes = ActiveAxes.Rows, bool BatchFirst = false)
{
    /// <summary>Its name among the passes that can be switched off.</summary>
    public const string Name = "active-rows";

    /// <summary>Attributes in <see cref="PlanText"/>.</summary>
    public string Text =>
        $" rows<{Steps} steps, "
            + (Kind == PaddingResult.Zero ? "zero" : Kind == PaddingResult.Init ? "init" : Kind == PaddingResult.Unread ? "unread" : "sum")
            + $"{(BatchFirst ? ", batch first" : "")}>";

    public IEnumerable<BufferView> Views => Listed is null ? [Lengths] : [Lengths, Listed];

    public string Describe => Kind switch
    {
        PaddingResult.Unread => ", rows that run only",
        PaddingResult.Zero => ", rows that run only, 0 behind",
        PaddingResult.Init => ", rows that run only",
        _ => ", of rows that run only",
    };
}

/// <summary>Active rows of a kernel.</summary>
/// <param name="Zeros">Outputs, by number, that are 0 in the padding; nobody reads the padding of the others.</param>
public sealed record KernelRows(ActiveRows Rows, int[] Zeros);

/// <summary>Active rows of a selection of rows at every step; in the padding the result is 0 or left alone.</summary>
/// <param name="OfSource">The lengths are those of the rows that are selected, else of the rows they become.</param>
public sealed record TakenRows(BufferView Lengths, bool Clears, bool OfSource);
