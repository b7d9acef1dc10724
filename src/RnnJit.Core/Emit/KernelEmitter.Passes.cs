using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

// The loops over columns.
public sealed partial class KernelEmitter
{
    private string PassName(int pass) => schedule.Passes == 1 ? "Columns" : "Columns" + (pass + 1);

    private void CallPass(int pass)
    {
        var arguments = passes.Given(pass).Select(names.Of).ToList();
        if (HasMemory(pass))
            arguments.Add(dialect.MemoryArgument);
        var sums = new List<LaneSum>();
        foreach (int reduction in passes.Reductions(pass))
        {
            lanes[reduction] = names.Unique(names.Of(reduction).TrimStart('@') + "Lanes");
            var sum = new LaneSum(lanes[reduction], dialect.Number(((ReductionOp)schedule.Definition(reduction)!.Op).Start),
                slots[reduction] = slots.Count);
            code.Line($"V {sum.Name} = {sum.Start};");
            sums.Add(sum);
            arguments.Add("ref " + sum.Name);
        }

        foreach (string line in frame.PassCalls(PassName(pass), string.Concat(arguments.Select(argument => ", " + argument)), sums))
            code.Line(line);
    }

    private void Pass(int pass)
    {
        int[] elements = passes.Elements(pass), reductions = passes.Reductions(pass), stores = passes.Stores(pass);
        var parameters = passes.Given(pass).Select(value => $", {TypeOf(value)} {names.Of(value)}")
            .Concat(HasMemory(pass) ? [$", {dialect.MemoryParameter}"] : []).Concat(reductions.Select(value => $", ref V {lanes[value]}"));
        Method(frame.Pass(PassName(pass), string.Concat(parameters)), frame.PassTypes);
        var handles = elements.Where(value => value < kernel.Inputs.Count)
            .ToDictionary(value => value, value => Handle(names.Of(value) + "Row", value));
        foreach (int value in MemoryOf(pass))
            handles[value] = Memory(value);
        var targets = stores.ToDictionary(i => i, i => Handle(names.Of(kernel.Outputs[i].Value) + "Out", kernel.Inputs.Count + i));
        var sums = reductions.ToDictionary(value => value, value => names.Unique(names.Of(value).TrimStart('@') + "Total"));
        foreach (int reduction in reductions)
            code.Line($"V {sums[reduction]} = {lanes[reduction]};");
        code.Line();
        code.Open($"for (int j = start; j < end; {frame.LoopStep})");
        foreach (string line in frame.LoopProlog)
            code.Line(line);
        Elements(pass, handles, sums, targets);
        code.Close();
        if (reductions.Length > 0)
            code.Line();
        foreach (int reduction in reductions)
            code.Line($"{lanes[reduction]} = {sums[reduction]};");
        code.Close();
    }

    private bool HasMemory(int pass) => MemoryOf(pass).Length > 0;

    private int[] MemoryOf(int pass) =>
        passes.Elements(pass).Where(value => passes.Reads(pass, value)).Concat(passes.Keeps(pass)).ToArray();

    // Every pass calls a kept value the same.
    private string Memory(int value)
    {
        if (!memoryNames.TryGetValue(value, out string? name))
            memoryNames[value] = name = names.Unique(names.Of(value).TrimStart('@') + "Kept");
        code.Line(dialect.MemoryHandle(name, passes.PlaceOf(value)));
        return name;
    }

    private string Handle(string wish, int operand)
    {
        // Every pass calls an operand the same.
        if (!operandNames.TryGetValue(operand, out string? name))
            operandNames[operand] = name = names.Unique(wish.TrimStart('@'));
        code.Line(dialect.Handle(name, operand, "T", "call.Columns"));
        return name;
    }

    // Loads stand at their first use; no store comes before the last load, so that outputs may take the place of inputs.
    private void Elements(int pass, Dictionary<int, string> handles, Dictionary<int, string> sums, Dictionary<int, string> targets)
    {
        int[] elements = passes.Elements(pass);
        var loaded = new HashSet<int>();
        var vocabulary = new InlineBudget(dialect, elements.Length + sums.Count + targets.Count);
        foreach (int value in elements.Where(value => value >= kernel.Inputs.Count && !schedule.IsSilent(value)))
        {
            if (passes.Reads(pass, value))
            {
                code.Line($"V {names.Of(value)} = {dialect.Load(handles[value])};");
                continue;
            }

            foreach (int input in Inputs(value))
                Load(input, handles, loaded);
            Statement(value, Expression(value, vocabulary));
        }

        foreach (int input in elements.Where(value => value < kernel.Inputs.Count))
            Load(input, handles, loaded);
        foreach (var sum in sums)
            Accumulate(sum.Key, sum.Value);
        foreach (int value in passes.Keeps(pass))
            code.Line(dialect.KeepInMemory(names.Of(value), handles[value]));
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
        code.Line("// " + CSharpText.Comment(IrText(reduction)));
        code.Line($"{total} = {(op is SumOp ? dialect.Infix(total, "+", x) : dialect.Call(op.Spelling, total, x))};");
    }
}
