using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>Connections that bypass the layers of a stack.</summary>
public enum Skip
{
    None,

    /// <summary>The input of a layer is added to its output (He et al. 2016); where widths differ, through a trained
    /// matrix <c>NAME.skip.W</c>.</summary>
    Residual,

    /// <summary>The next layer reads the input of this one beside its output (Huang et al. 2017): the width grows by H with every
    /// layer.</summary>
    Dense,
}

/// <summary>Options of a stack of recurrent layers.</summary>
public sealed record StackOptions
{
    /// <summary>Options of each layer.</summary>
    public RecurrentOptions Layer { get; init; } = new();

    /// <summary>The width of a dense layer after each layer; null: none.</summary>
    public Dim? Projection { get; init; }

    /// <summary>The share of every layer's outputs that is dropped in training.</summary>
    public double Dropout { get; init; }

    public Skip Skip { get; init; }

    /// <summary>The input of the first layer stands beside the output of the last (Graves 2013, section 2).</summary>
    public bool Shortcut { get; init; }
}
