namespace RnnJit.Data;

/// <summary>The kind of values that rows give for an input.</summary>
internal enum ColumnKind
{
    /// <summary>One value of each row: [B, …].</summary>
    Row,

    /// <summary>Steps along an axis: [T, B, …].</summary>
    Sequence,

    /// <summary>Steps that are sequences themselves, all those of a batch side by side: [C, W].</summary>
    Parts,

    /// <summary>A tree of each row.</summary>
    Trees,

    /// <summary>Values of the nodes of trees: [N, …].</summary>
    Nodes,
}
