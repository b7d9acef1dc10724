namespace RnnJit.Ir;

/// <summary>Decides whether two dimensions agree. Symbols that begin with '?' are unknowns and are bound by
/// unification; all others must be equal.</summary>
public sealed class DimContext
{
    private readonly Dictionary<string, Dim> bindings = new(StringComparer.Ordinal);
    private int unknowns;

    /// <summary>True once an unknown is bound, so that <see cref="Resolve(Dim)"/> can give another dimension.</summary>
    internal bool IsBound => bindings.Count > 0;

    public Dim Unknown() => Dim.Symbol("?" + unknowns++);

    public Dim Resolve(Dim dim)
    {
        if (bindings.Count == 0)
            return dim;

        foreach (var (symbol, _) in dim.Terms)
        {
            if (bindings.ContainsKey(symbol))
                return dim.Substitute(name => bindings.TryGetValue(name, out Dim? bound) ? Resolve(bound) : Dim.Symbol(name));
        }

        return dim;
    }

    /// <summary>The type itself where nothing in it is bound.</summary>
    public TensorType Resolve(TensorType type)
    {
        if (bindings.Count == 0)
            return type;

        for (int axis = 0; axis < type.Rank; axis++)
        {
            if (!ReferenceEquals(Resolve(type.Dims[axis]), type.Dims[axis]))
                return type.WithDims(type.Dims.Select(Resolve));
        }

        return type;
    }

    /// <summary>Makes both dimensions equal if that is possible.</summary>
    public bool Unify(Dim left, Dim right)
    {
        Dim a = Resolve(left), b = Resolve(right);
        if (a == b)
            return true;

        return Solve(a - b);
    }

    // c·?u + rest = 0  ⇒  ?u = −rest / c when every coefficient divides.
    private bool Solve(Dim difference)
    {
        foreach (var (symbol, coefficient) in difference.Terms)
        {
            if (symbol[0] != '?')
                continue;
            Dim rest = difference - (coefficient * Dim.Symbol(symbol));
            if (rest.Constant % coefficient != 0 || rest.Terms.Any(term => term.Coefficient % coefficient != 0))
                continue;
            Dim solution = Dim.Of(-rest.Constant / coefficient);
            foreach (var term in rest.Terms)
                solution += (-term.Coefficient / coefficient) * Dim.Symbol(term.Symbol);
            if (!CanBePositive(solution))
                continue;
            bindings[symbol] = solution;
            return true;
        }

        return false;
    }

    // Sizes are positive: 2·?u = ?u has no solution.
    private static bool CanBePositive(Dim dim) => dim.Constant > 0 || dim.Terms.Any(term => term.Coefficient > 0);
}
