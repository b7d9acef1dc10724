using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>
/// Regularisation inside the recurrence, for any cell: each method returns another cell, whose step has the change in its equations. They
/// combine. Masks become inputs of the cell whose initialiser says how a trainer fills them (<see cref="MaskPort"/>); a rate of 0 gives the
/// cell itself. Every method throws <see cref="GraphException"/> RNNJ163 (a rate is not in [0, 1)) and RNNJ166 (the step has no product,
/// state or update to which the transform applies).
/// </summary>
public static class CellTransforms
{
    /// <summary>Zoneout (Krueger et al. 2017): in training a unit keeps its old state with this probability; outside, the expectation p ·
    /// old + (1 − p) · new. Masks <c>h_zone</c>, …: [B, H] for each step. States that are stored divided by e^m, such as c and n of SLstm,
    /// have one mask, the first one's, and m follows them.</summary>
    /// <param name="states">Which states; none: all. One of several with the same e^m stands for all of them.</param>
    public static CellDefinition WithZoneout(this CellDefinition cell, double rate, params string[] states) =>
        MaskPort.Require(cell.Name, rate) == 0 ? cell : Zoneout.Run(cell, rate, states);

    /// <summary>Variational dropout (Gal and Ghahramani 2016): masks <c>x_mask</c> [B, X] and <c>h_mask</c> [B, H], the same at all steps,
    /// on the operands of products.</summary>
    /// <param name="inputs">The rate for step inputs.</param>
    /// <param name="states">The rate for states.</param>
    public static CellDefinition WithVariationalDropout(this CellDefinition cell, double inputs, double states)
    {
        if (MaskPort.Require(cell.Name, inputs) > 0)
            cell = VariationalDropout.Run(cell, inputs, states: false);
        return MaskPort.Require(cell.Name, states) > 0 ? VariationalDropout.Run(cell, states, states: true) : cell;
    }

    /// <summary>Recurrent dropout (Semeniuta et al. 2016): dropout on the update of a state, not on the part of the old state that is kept.
    /// Masks <c>c_update_mask</c>, …: [B, H]. A state whose new value divides (n of SLstm) keeps its update.</summary>
    /// <param name="perSequence">One mask for all steps, else one for each.</param>
    public static CellDefinition WithRecurrentDropout(this CellDefinition cell, double rate, bool perSequence = false) =>
        MaskPort.Require(cell.Name, rate) == 0 ? cell : RecurrentDropout.Run(cell, rate, perSequence);

    /// <summary>DropConnect on recurrent weights (Wan et al. 2013; Merity et al. 2018). Each mask is an input named after its matrix, for
    /// instance <c>Ui_mask</c>, with the matrix's shape.</summary>
    public static CellDefinition WithDropConnect(this CellDefinition cell, double rate) =>
        MaskPort.Require(cell.Name, rate) == 0 ? cell : DropConnect.Run(cell, rate);

    /// <summary>Weight normalisation (Salimans and Kingma 2016): each row of a matrix that products read is g · v / ‖v‖; trains
    /// <c>Wi_gain</c> [H, 1], … from 1, which is the length of an orthogonal row and about that of a Glorot row.</summary>
    public static CellDefinition WithWeightNorm(this CellDefinition cell) => WeightNorm.Run(cell);

    /// <summary>Layer normalisation (Ba, Kiros and Hinton 2016).</summary>
    /// <param name="epsilon">Is added to the variance.</param>
    public static CellDefinition WithLayerNorm(this CellDefinition cell, LayerNormForm form = LayerNormForm.Sums,
        double epsilon = 1e-5) =>
        LayerNorm.Run(cell, form, epsilon);

    /// <summary>Recurrent batch normalisation (Cooijmans et al. 2017) over the rows of each step; outside training over running statistics
    /// <c>Wi_mean</c>, <c>Wi_variance</c> [H], …, for several steps [steps, H].</summary>
    /// <param name="epsilon">Is added to the variance.</param>
    /// <param name="steps">0: one running statistic for all steps; else one for each of so many steps, of
    /// which later steps use the last.</param>
    /// <exception cref="GraphException">RNNJ161: the number of steps is negative.</exception>
    public static CellDefinition WithBatchNorm(this CellDefinition cell, double epsilon = 1e-5, int steps = 0) =>
        BatchNorm.Run(cell, epsilon, steps);

    /// <summary>Adds a step input <c>step_mask</c> [B, 1]: where it is 0, states hold, results are 0, and sums over the rows
    /// of a step leave the row out.</summary>
    public static CellDefinition WithStepMask(this CellDefinition cell) => StepMask.Run(cell);

    /// <summary>New states are kept within ±bound, for the step itself too (cell clipping, Sak et al. 2014).</summary>
    /// <param name="states">Which states; none: all.</param>
    public static CellDefinition WithStateClip(this CellDefinition cell, double bound, params string[] states) =>
        StateClip.Run(cell, bound, states);
}
