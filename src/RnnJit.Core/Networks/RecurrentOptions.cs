using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>Which way a layer runs over time.</summary>
public enum Direction
{
    Forward,

    /// <summary>From the last step (the step at length − 1) to the first; the sequence of outputs keeps the order of time.</summary>
    Backward,

    /// <summary>One cell in each direction, with parameters of their own.</summary>
    Both,
}

/// <summary>The combination of the outputs of two directions.</summary>
public enum Merge
{
    /// <summary>The two outputs concatenated along the last axis, forward direction first: [T, B, 2H].</summary>
    Concat,

    Sum,

    Product,

    Average,

    /// <summary>The outputs of the two directions are not combined, see <see cref="RecurrentLayer.Directions"/>.</summary>
    None,
}

/// <summary>Options of a layer that runs a cell over time.</summary>
public sealed record RecurrentOptions
{
    public Direction Direction { get; init; }

    public Merge Merge { get; init; }

    /// <summary>The number of steps of each row, i32[B]; null: the input declared by <see cref="NetworkBuilder.Lengths"/>, if
    /// any.</summary>
    public Indices? Lengths { get; init; }

    /// <summary>1 at steps that count, 0 at steps at which states hold: [T, B, 1].</summary>
    public Value? StepMask { get; init; }

    /// <summary>Initial states are trained: parameters <c>NAME.h0</c> [H], the same for all rows, from 0. The layer then
    /// carries nothing from run to run.</summary>
    public bool TrainedStart { get; init; }

    /// <summary>Sizes of the cell's dimensions that no input shows, by the cell's names: R of LstmProjected, M of
    /// MultiplicativeRnn.</summary>
    public IReadOnlyDictionary<string, Dim> Dims { get; init; } = new Dictionary<string, Dim>();

    /// <summary>The products of the cell's input are made for all steps at once and normalised over T · B (Laurent et al. 2016), see
    /// <see cref="NetworkBuilder.BatchNorm"/>; with lengths or a step mask over the steps that count.</summary>
    public bool NormaliseInput { get; init; }

    /// <summary>With <see cref="NormaliseInput"/>: 0 for one statistic of all steps; else each step has its own, and so many have running
    /// ones, of which later steps use the last.</summary>
    public int NormaliseSteps { get; init; }

    /// <summary>
    /// Further inputs of the cell by its names: step inputs [T, B, …], inputs per sequence [B, …], masks, initial states [B, H] (which are
    /// then not carried from run to run), and values that replace its parameters. A name that begins with <c>reverse.</c> is for the
    /// backward direction of two.
    /// </summary>
    public IReadOnlyDictionary<string, Value> Given { get; init; } = new Dictionary<string, Value>();
}
