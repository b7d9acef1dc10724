using RnnJit.Ir;

namespace RnnJit.Training;

/// <summary>
/// One step of an optimiser as a program over one parameter tensor with rows collapsed: the parameter p, its gradient g and the states are
/// [R, N], all else are numbers. It is made of elementwise ops only, so it is one kernel. Semantics are those of torch.optim 1.13.
/// </summary>
public abstract class Optimiser
{
    /// <summary>λ of an L2 penalty: g ⇒ g + λ p, after clipping.</summary>
    public double WeightDecay { get; init; }

    /// <summary>c: g ⇒ min(max(g, −c), c) element by element, after scaling; null for none.</summary>
    public double? ClipValue { get; init; }

    public abstract string Name { get; }

    /// <summary>The names of the states, each a tensor like the parameter.</summary>
    public abstract IReadOnlyList<string> States { get; }

    /// <summary>The number that every element of a state begins with.</summary>
    public virtual double StateStart => 0;

    /// <summary>The numbers that <see cref="SetScalars"/> computes, in its order: inputs of the program after g and <c>scale</c>.</summary>
    public abstract IReadOnlyList<string> Scalars { get; }

    /// <summary>Computes the numbers of one step.</summary>
    /// <param name="scalars">One element for each name in <see cref="Scalars"/>.</param>
    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="rate">The learning rate of this step.</param>
    public abstract void SetScalars(double[] scalars, int step, double rate);

    /// <summary>The step: inputs p, states, g, scale (a factor of the gradient, 1 or that of norm clipping), scalars; outputs p and the
    /// states, under their names.</summary>
    public Graph Build(ElementType element = ElementType.F32)
    {
        var builder = new GraphBuilder();
        var tensor = new TensorType(element, "R", "N");
        var number = new TensorType(element);
        Value p = builder.Input("p", tensor, PortRole.State);
        Value[] states = States.Select(name => builder.Input(name, tensor, PortRole.State)).ToArray();
        Value g = builder.Input("g", tensor), scale = builder.Input("scale", number);
        Value[] scalars = Scalars.Select(name => builder.Input(name, number)).ToArray();

        g *= scale;
        if (ClipValue is { } bound)
            g = Rnn.Min(Rnn.Max(g, -bound), bound);
        if (WeightDecay != 0)
            (p, g) = Decay(p, g, scalars);
        Value[] next = Update(p, g, states, scalars);
        return builder.Build("program", Name, States.Prepend("p").Select((name, i) => (name, next[i], OutputRole.Next)));
    }

    /// <summary>The new parameter, then the new states.</summary>
    protected abstract Value[] Update(Value p, Value g, Value[] states, Value[] scalars);

    protected virtual (Value P, Value G) Decay(Value p, Value g, Value[] scalars) => (p, g + (WeightDecay * p));
}
