using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

// The loops over columns.
public sealed partial class KernelEmitter
{
    private string PassName(int pass) => schedule.Passes == 1 ? "Columns" : "Columns" + (pass + 1);

    private int[] ReductionsOf(int pass) => Enumerable.Range(0, kernel.Values.Count)
        .Where(value => schedule.IsNeeded(value) && schedule.IsReduction(value) && schedule.Phase(value) == pass + 1).ToArray();

    private int[] StoresOf(int pass) => pass < schedule.Passes - 1 ? [] : Enumerable.Range(0, kernel.Outputs.Count)
        .Where(i => KernelShapes.Of(kernel.Values.Type(kernel.Outputs[i].Value)) == KernelShape.Full).ToArray();

    // The elements a pass computes, in order, and the values it is given.
    private (int[] Elements, int[] Given) ValuesOf(int pass)
    {
        var needed = new SortedSet<int>();
        foreach (int reduction in ReductionsOf(pass))
            Need(schedule.Definition(reduction)!.Operands[0], needed);
        foreach (int store in StoresOf(pass))
            Need(kernel.Outputs[store].Value, needed);
        return (needed.Where(value => schedule.ScopeOf(value) == Scope.Element).ToArray(), needed.Where(value => schedule.ScopeOf(value) != Scope.Element).ToArray());
    }

    private void Need(int value, SortedSet<int> needed)
    {
        value = schedule.Alias(value);
        if (schedule.Definition(value)?.Op is ConstantOp || !needed.Add(value) || schedule.ScopeOf(value) != Scope.Element)
            return;
        foreach (int operand in schedule.Definition(value)?.Operands ?? [])
            Need(operand, needed);
    }

    private void CallPass(int pass)
    {
        var arguments = ValuesOf(pass).Given.Select(names.Of).ToList();
        foreach (int reduction in ReductionsOf(pass))
        {
            lanes[reduction] = names.Unique(names.Of(reduction).TrimStart('@') + "Lanes");
            code.Line($"V {lanes[reduction]} = {dialect.Number(((ReductionOp)schedule.Definition(reduction)!.Op).Start)};");
            arguments.Add("ref " + lanes[reduction]);
        }

        foreach (string line in dialect.PassCalls(PassName(pass), string.Concat(arguments.Select(argument => ", " + argument))))
            code.Line(line);
    }

    private void Pass(int pass)
    {
        var (elements, given) = ValuesOf(pass);
        int[] reductions = ReductionsOf(pass), stores = StoresOf(pass);
        var parameters = given.Select(value => $", {TypeOf(value)} {names.Of(value)}").Concat(reductions.Select(value => $", ref V {lanes[value]}"));
        code.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        code.Line($"private static void {PassName(pass)}<{string.Join(", ", dialect.PassTypes)}>(in KernelCall call, int row, int start, int end{string.Concat(parameters)})");
        code.Constraints(dialect.PassTypes.Select(type => type switch { "A" => "A : struct, IAccess", "V" => "V : struct, ISimd<V, T>", _ => "T : unmanaged" }));
        code.Open();
        var handles = elements.Where(value => value < kernel.Inputs.Count).ToDictionary(value => value, value => Handle(names.Of(value) + "Row", value));
        var targets = stores.ToDictionary(i => i, i => Handle(names.Of(kernel.Outputs[i].Value) + "Out", kernel.Inputs.Count + i));
        var sums = reductions.ToDictionary(value => value, value => names.Unique(names.Of(value).TrimStart('@') + "Total"));
        foreach (int reduction in reductions)
            code.Line($"V {sums[reduction]} = {lanes[reduction]};");
        code.Open($"for (int j = start; j < end; {dialect.LoopStep})");
        foreach (string line in dialect.LoopProlog)
            code.Line(line);
        Elements(elements, handles, reductions, sums, targets);
        code.Close();
        foreach (int reduction in reductions)
            code.Line($"{lanes[reduction]} = {sums[reduction]};");
        code.Close();
    }

    private string Handle(string wish, int operand)
    {
        string name = names.Unique(wish.TrimStart('@'));
        code.Line(dialect.Handle(name, operand, "T", "call.Columns"));
        return name;
    }

    // Loads stand at their first use; no store comes before the last load, so that outputs may take the place of inputs.
    private void Elements(
        int[] elements, Dictionary<int, string> handles, int[] reductions, Dictionary<int, string> sums, Dictionary<int, string> targets)
    {
        var loaded = new HashSet<int>();
        var vocabulary = new InlineBudget(dialect, elements.Length + reductions.Length + targets.Count);
        foreach (int value in elements.Where(value => value >= kernel.Inputs.Count && !schedule.IsSilent(value)))
        {
            foreach (int input in Inputs(value))
                Load(input, handles, loaded);
            Statement(value, Expression(value, vocabulary));
        }

        foreach (int input in elements.Where(value => value < kernel.Inputs.Count))
            Load(input, handles, loaded);
        foreach (int reduction in reductions)
            Accumulate(reduction, sums[reduction]);
        foreach (var target in targets)
            code.Line(dialect.Store(Spell(kernel.Outputs[target.Key].Value), target.Value, names.Label(kernel.Outputs[target.Key].Value)));
    }

    private IEnumerable<int> Inputs(int value)
    {
        foreach (int operand in schedule.Definition(value)!.Operands)
        {
            int known = schedule.Alias(operand);
            if (known < kernel.Inputs.Count)
                yield return known;
            else if (schedule.IsSilent(known))
            {
                foreach (int input in Inputs(known))
                    yield return input;
            }
        }
    }

    private void Load(int input, Dictionary<int, string> handles, HashSet<int> loaded)
    {
        if (schedule.ScopeOf(input) == Scope.Element && loaded.Add(input))
            Statement(input, dialect.Load(handles[input]));
    }

    private void Accumulate(int reduction, string total)
    {
        Node node = schedule.Definition(reduction)!;
        var op = (ReductionOp)node.Op;
        string x = dialect.Keep(Spell(node.Operands[0]), dialect.Number(op.Start));
        code.Line("// " + IrText(reduction));
        code.Line($"{total} = {(op is SumOp ? dialect.Infix(total, "+", x) : dialect.Call(op.Spelling, total, x))};");
    }
}
