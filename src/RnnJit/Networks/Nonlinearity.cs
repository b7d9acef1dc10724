namespace RnnJit.Networks;

/// <summary>The function of a simple recurrent network, which no file of weights tells.</summary>
public enum Nonlinearity
{
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,
}
