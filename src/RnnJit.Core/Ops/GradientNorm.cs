namespace RnnJit.Ops;

/// <summary>Clipping by the norm of all gradients together (Pascanu, Mikolov and Bengio 2013, algorithm 1).</summary>
public static class GradientNorm
{
    /// <summary>Added to the norm, as torch.nn.utils.clip_grad_norm_ does.</summary>
    public const double Epsilon = 1e-6;

    /// <summary>The factor of every gradient: bound / (norm + 1e-6) where that is below 1, else 1.</summary>
    /// <param name="norm">The L2 norm over all elements of all gradients.</param>
    public static double Scale(double norm, double bound) => Math.Min(1, bound / (norm + Epsilon));
}
