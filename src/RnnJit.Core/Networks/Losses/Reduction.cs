namespace RnnJit.Networks;

/// <summary>The reduction of the losses of single elements or rows.</summary>
public enum Reduction
{
    /// <summary>A scalar: their mean.</summary>
    Mean,

    /// <summary>A scalar: their sum.</summary>
    Sum,

    /// <summary>They stay as they are.</summary>
    None,
}
