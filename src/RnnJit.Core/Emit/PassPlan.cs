using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>
/// The values that each pass over the columns of a row computes, reads and keeps. An element that a later pass needs again is recomputed
/// where that is cheap. Else the first pass stores it in a row buffer, from which later passes load it.
/// </summary>
internal sealed class PassPlan
{
    // Costs in loads and operations; a value that costs more than MostRepeated to recompute is stored.
    private const int MostRepeated = 4, Function = 20, Division = 5;

    private readonly Graph kernel;
    private readonly KernelSchedule schedule;
    private readonly bool storesEarly;
    private readonly SortedSet<int>[] needed;
    private readonly HashSet<int>[] read;
    private readonly Dictionary<int, int> firstPass = [];
    private readonly List<int> kept = [];

    private PassPlan(Graph kernel, KernelSchedule schedule, bool storesEarly)
    {
        (this.kernel, this.schedule, this.storesEarly) = (kernel, schedule, storesEarly);
        needed = Enumerable.Range(0, schedule.Passes).Select(_ => new SortedSet<int>()).ToArray();
        read = needed.Select(_ => new HashSet<int>()).ToArray();
        for (int pass = 0; pass < schedule.Passes; pass++)
        {
            foreach (int function in Functions(pass))
                Need(function, pass);
            foreach (int reduction in Reductions(pass))
                Need(schedule.Definition(reduction)!.Operands[0], pass);
            foreach (int store in Stores(pass))
                Need(kernel.Outputs[store].Value, pass);
        }
    }

    /// <summary>An output may take the place of an input: it is stored as soon as it is known if no later pass reads an
    /// input, else in the last pass.</summary>
    public static PassPlan Of(Graph kernel, KernelSchedule schedule)
    {
        var early = new PassPlan(kernel, schedule, storesEarly: true);
        int firstStore = Enumerable.Range(0, schedule.Passes).FirstOrDefault(pass => early.Stores(pass).Length > 0);
        bool readsLater = Enumerable.Range(firstStore + 1, Math.Max(0, schedule.Passes - firstStore - 1))
            .Any(pass => early.Elements(pass).Any(value => value < kernel.Inputs.Count));
        return readsLater ? new PassPlan(kernel, schedule, storesEarly: false) : early;
    }

    /// <summary>Number of values of a row kept in memory between passes.</summary>
    public int Kept => kept.Count;

    /// <summary>The place of a value among those kept, −1 for others.</summary>
    public int PlaceOf(int value) => kept.IndexOf(value);

    /// <summary>Values that one pass has per element, in order: its inputs, the values it computes, and values stored by an earlier
    /// pass.</summary>
    public int[] Elements(int pass) => needed[pass].Where(value => schedule.ScopeOf(value) == Scope.Element).ToArray();

    /// <summary>The numbers of the row, and of all rows, that a pass is given.</summary>
    public int[] Given(int pass) => needed[pass].Where(value => schedule.ScopeOf(value) != Scope.Element).ToArray();

    /// <summary>True where a pass loads an element that an earlier pass kept.</summary>
    public bool Reads(int pass, int value) => read[pass].Contains(value);

    /// <summary>The elements a pass keeps for later ones.</summary>
    public int[] Keeps(int pass) => kept.Where(value => firstPass[value] == pass).ToArray();

    public int[] Reductions(int pass) => Enumerable.Range(0, kernel.Values.Count)
        .Where(value => schedule.IsNeeded(value) && schedule.IsReduction(value) && schedule.Phase(value) == pass + 1).ToArray();

    /// <summary>The outputs a pass stores, by position.</summary>
    public int[] Stores(int pass) => Enumerable.Range(0, kernel.Outputs.Count)
        .Where(i => KernelShapes.Of(kernel.Values.Type(kernel.Outputs[i].Value)) == KernelShape.Full
            && pass == StoringPass(kernel.Outputs[i].Value)).ToArray();

    private int StoringPass(int value) => storesEarly ? schedule.Phase(schedule.Alias(value)) : schedule.Passes - 1;

    // A pass computes all functions it can if the next pass begins with functions of them: independent functions overlap and hide each
    // other's latency.
    private IEnumerable<int> Functions(int pass) => Enumerable.Range(0, schedule.IsCut(pass) ? kernel.Values.Count : 0)
        .Where(value => schedule.IsFunction(value) && schedule.IsNeeded(value) && schedule.ScopeOf(value) == Scope.Element
            && schedule.Phase(value) == pass);

    private void Need(int value, int pass)
    {
        value = schedule.Alias(value);
        if (schedule.Definition(value)?.Op is ConstantOp || !needed[pass].Add(value) || schedule.ScopeOf(value) != Scope.Element
            || schedule.Definition(value) is not { } node)
            return;
        if (firstPass.ContainsKey(value) && IsKept(value))
        {
            read[pass].Add(value);
            if (!kept.Contains(value))
                kept.Add(value);
            return;
        }

        if (!firstPass.ContainsKey(value))
            firstPass[value] = pass;
        foreach (int operand in node.Operands)
            Need(operand, pass);
    }

    // The value is expensive to recompute in another pass, even from the one expensive value that it is computed from.
    private bool IsKept(int value)
    {
        if (schedule.IsSilent(value) || Cost(value, keepsOperands: false) <= MostRepeated)
            return false;

        int dear = schedule.Definition(value)!.Operands.Select(schedule.Alias).Distinct()
            .Count(operand => firstPass.ContainsKey(operand) && Cost(operand, keepsOperands: false) > MostRepeated);
        return dear != 1 || Cost(value, keepsOperands: true) > MostRepeated;
    }

    private int Cost(int value, bool keepsOperands)
    {
        var seen = new HashSet<int>();
        int Of(int v, int depth)
        {
            v = schedule.Alias(v);
            if (schedule.ScopeOf(v) != Scope.Element || !seen.Add(v))
                return 0;
            if (schedule.Definition(v) is not { } node || kept.Contains(v)
                || (keepsOperands && depth == 1 && firstPass.ContainsKey(v) && Cost(v, keepsOperands: false) > MostRepeated))
                return 1;
            int own = node.Op switch { ExpOp or LogOp or TanhOp or SigmoidOp => Function, DivOp or SqrtOp => Division, _ => 1 };
            return own + node.Operands.Sum(operand => Of(operand, depth + 1));
        }

        return Of(value, 0);
    }
}
