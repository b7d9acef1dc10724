namespace RnnJit.Cells;

/// <summary>The place of layer normalisation in a cell's equations.</summary>
public enum LayerNormForm
{
    /// <summary>LN(Wx) + LN(Uh) + b, each over all products that read the same data together; a new state is normalised where the step
    /// reads it (h' = o ⊙ tanh LN(c')), not where it is carried on (Ba et al. 2016, supplement, equations 20 to 22). Gains and shifts
    /// <c>x_gain</c> [4H], <c>c_state_gain</c> [H], …. Equal to <see cref="Sums"/> for an LSTM; the form of models made before
    /// <see cref="Sums"/> existed.</summary>
    Products,

    /// <summary>LN(Wx + Uh) + b for each gate, the simple recurrent network of Ba et al. (equation 4); a new state that the step reads is
    /// carried on normalised, as in TensorFlow's LayerNormBasicLSTMCell. Gains <c>bi_gain</c> [H], <c>c_state_gain</c> [H], ….</summary>
    Preactivations,

    /// <summary>As <see cref="Products"/>, but products are normalised together only where products of the same data are added to them:
    /// in a GRU those of z and r, and the candidate's Wx and Uh apart (Ba et al. 2016, supplement, GRU). Gains and shifts <c>x_gain</c>
    /// [2H], <c>x_gain_2</c> [H], ….</summary>
    Sums,
}
