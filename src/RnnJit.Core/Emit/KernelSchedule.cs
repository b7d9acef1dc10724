using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>The loop level at which a value is computed: once a call, once a row, or for each element.</summary>
internal enum Scope
{
    Call,
    Row,
    Element,
}

/// <summary>
/// Divides a kernel into passes over the columns of a row. A reduction of values that pass p computes is available after pass p. A function
/// of a function's result, such as the tanh of a sum of products of sigmoids, begins a pass too. In one pass the two would form a
/// dependency chain longer than the processor's out-of-order window, and its units would stall.
/// </summary>
internal sealed class KernelSchedule
{
    private readonly Graph kernel;
    private readonly Scope[] scopes;
    private readonly int[] phases;
    private readonly bool[] followsFunction;
    private readonly HashSet<int> cuts = [];
    private readonly int[] uses;
    private readonly bool cutsAtFunctions;

    /// <param name="cutsAtFunctions">False where many rows are computed at once, so that no chain waits for its own functions.</param>
    public KernelSchedule(Graph kernel, bool cutsAtFunctions = true)
    {
        (this.kernel, this.cutsAtFunctions) = (kernel, cutsAtFunctions);
        int count = kernel.Values.Count;
        scopes = new Scope[count];
        phases = new int[count];
        followsFunction = new bool[count];
        uses = new int[count];
        for (int value = 0; value < count; value++)
            Place(value);
        foreach (Output output in kernel.Outputs)
            uses[output.Value]++;
        for (int value = count - 1; value >= 0; value--)
        {
            if (uses[value] == 0 || Definition(value) is not { } node)
                continue;
            foreach (int operand in node.Operands)
                uses[operand]++;
        }

        Passes = Enumerable.Range(0, count).Where(IsNeeded).Select(PassesUntil).DefaultIfEmpty(0).Max();
    }

    /// <summary>Number of loops over the columns of a row.</summary>
    public int Passes { get; }

    public Scope ScopeOf(int value) => scopes[value];

    /// <summary>For an element: the first pass that can compute it. For a row value: the pass before which it is there.</summary>
    public int Phase(int value) => phases[value];

    /// <summary>True where a pass ends because the next one begins with functions of its results.</summary>
    public bool IsCut(int pass) => cuts.Contains(pass);

    /// <summary>True where a value is a function of long latency: exp, log, tanh or the sigmoid.</summary>
    public bool IsFunction(int value) => Definition(value)?.Op is ExpOp or LogOp or TanhOp or SigmoidOp;

    public bool IsNeeded(int value) => uses[value] > 0;

    /// <summary>True for a value without a statement of its own: literals, and aliases of their operand.</summary>
    public bool IsSilent(int value) => Definition(value)?.Op is ConstantOp || Alias(value) != value || IsFusedAway(value);

    public Node? Definition(int value) => kernel.Values.Node(value) is int node and >= 0 ? kernel.Nodes[node] : null;

    /// <summary>The value's source after skipping broadcasts, which are free on vectors, and sums over one column.</summary>
    public int Alias(int value)
    {
        while (Definition(value) is { } node && (node.Op is BroadcastOp || (node.Op is ReductionOp && !IsReduction(value))))
            value = node.Operands[0];

        return value;
    }

    /// <summary>True where a value is the sum or maximum of a row over its columns.</summary>
    public bool IsReduction(int value) =>
        Definition(value) is { Op: ReductionOp } node && KernelShapes.Of(kernel.Values.Type(node.Operands[0])) == KernelShape.Full;

    /// <summary>a · b ± c ⇒ one multiply-add where nothing else needs the product: which operand of an addition is that product, else
    /// −1.</summary>
    public int Product(int value)
    {
        if (Definition(value) is not { Op: AddOp or SubOp } node)
            return -1;
        for (int i = 0; i < 2; i++)
        {
            if (IsLoneProduct(node.Operands[i]) && scopes[node.Operands[i]] == scopes[value])
                return i;
        }

        return -1;
    }

    private bool IsLoneProduct(int value) => uses[value] == 1 && Definition(value)?.Op is MulOp;

    private bool IsFusedAway(int value)
    {
        if (!IsLoneProduct(value))
            return false;
        int user = Enumerable.Range(value + 1, kernel.Values.Count - value - 1)
            .FirstOrDefault(other => IsNeeded(other) && Definition(other)!.Operands.Contains(value));
        return user > 0 && Product(user) is int i and >= 0 && Definition(user)!.Operands[i] == value;
    }

    private void Place(int value)
    {
        if (Definition(value) is not { } node)
        {
            scopes[value] = KernelShapes.Of(kernel.Values.Type(value)) switch
            {
                KernelShape.Scalar => Scope.Call,
                KernelShape.Row or KernelShape.Index => Scope.Row,
                _ => Scope.Element,
            };
            return;
        }

        foreach (int operand in node.Operands)
        {
            scopes[value] = (Scope)Math.Max((int)scopes[value], (int)scopes[operand]);
            phases[value] = Math.Max(phases[value], phases[operand]);
        }

        if (node.Op is MarkOp)
            scopes[value] = Scope.Element;
        if (IsReduction(value))
        {
            scopes[value] = Scope.Row;
            phases[value]++;
            return;
        }

        followsFunction[value] = node.Operands.Any(operand => phases[operand] == phases[value] && followsFunction[operand]);
        if (scopes[value] != Scope.Element || !IsFunction(value))
            return;
        if (followsFunction[value] && cutsAtFunctions)
            cuts.Add(phases[value]++);
        followsFunction[value] = true;
    }

    private int PassesUntil(int value)
    {
        bool stored = kernel.Outputs.Any(output => output.Value == value) && KernelShapes.Of(kernel.Values.Type(value)) == KernelShape.Full;
        return stored ? phases[value] + 1 : scopes[value] == Scope.Element ? 0 : phases[value];
    }
}
