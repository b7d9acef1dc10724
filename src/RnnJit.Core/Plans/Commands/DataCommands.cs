using RnnJit.Ir;

namespace RnnJit.Plans;

/// <summary>Copies between views of one shape.</summary>
public sealed record CopyCommand(BufferView From, BufferView To) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [From];

    public override IEnumerable<BufferView> Writes => [To];

    public override string Describe => $"copy [{string.Join(", ", To.Shape)}]";

    public override string Text => "copy";
}

/// <summary>Writes a constant before the first run.</summary>
public sealed record FillCommand(BufferView To, double Value) : PlanCommand
{
    public override CommandWhen When => CommandWhen.Bind;

    public override IEnumerable<BufferView> Reads => [];

    public override IEnumerable<BufferView> Writes => [To];

    public override string Describe => Text;

    public override string Text => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"fill {Value:R}");
}

/// <summary>Clears a view, before a loop adds to it.</summary>
public sealed record ClearCommand(BufferView To) : PlanCommand
{
    public override IEnumerable<BufferView> Reads => [];

    public override IEnumerable<BufferView> Writes => [To];

    public override string Describe => $"clear [{string.Join(", ", To.Shape)}]";

    public override string Text => "clear";
}

/// <summary>Rows of a table by index.</summary>
/// <param name="Name">Name of the indices, for messages.</param>
/// <param name="Active">Rows of the indices that are wanted; null: all.</param>
public sealed record GatherCommand(BufferView Table, BufferView Index, BufferView Result, string Name, ActiveRows? Active) : PlanCommand
{
    public int Width => Table.Shape.Skip(1).Aggregate(1, (a, b) => a * b);

    public override IEnumerable<BufferView> Reads => [Table, Index, .. Active?.Views ?? []];

    public override IEnumerable<BufferView> Writes => [Result];

    public override string Describe => $"gather {Quantity.Of(Index.Length, "row")} of {Width}{Active?.Describe}";

    public override string Text => $"gather{Active?.Text}";
}

/// <summary>Adds rows into a table by index, in ascending order of the rows.</summary>
/// <param name="Name">Name of the indices, for messages.</param>
/// <param name="Adds">True: adds to the table's contents; false: clears the table first.</param>
/// <param name="Active">Rows that may be nonzero; null: all.</param>
public sealed record ScatterCommand(BufferView Index, BufferView Input, BufferView Table, string Name, bool Adds,
    ActiveRows? Active) : PlanCommand
{
    public int Width => Table.Shape.Skip(1).Aggregate(1, (a, b) => a * b);

    public override IEnumerable<BufferView> Reads => [Index, Input, .. Active?.Views ?? []];

    public override IEnumerable<BufferView> Writes => [Table];

    public override string Describe =>
        $"{(Adds ? "add" : "scatter")} {Quantity.Of(Index.Length, "row")} of {Width} into {Table.Shape[0]}{Active?.Describe}";

    public override string Text => $"{(Adds ? "scatter-add" : "scatter")}{Active?.Text}";
}
