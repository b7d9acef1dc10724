using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>Values that a loop must yield for the ops sunk after it.</summary>
internal sealed class LoopYields
{
    private readonly ScanOp scan;
    private readonly Graph body;
    private readonly LoopPlaces places;
    private readonly TotalTerms terms;
    private readonly HashSet<int> summed = [];
    private readonly bool[] required;
    private readonly bool[] isYielded;

    private LoopYields(ScanOp scan, LoopPlaces places, TotalTerms terms)
    {
        this.scan = scan;
        this.places = places;
        this.terms = terms;
        body = scan.Body;
        required = new bool[body.Values.Count];
        isYielded = new bool[body.Values.Count];
    }

    /// <summary>The values in the order of the body, so that whoever puts them side by side finds one order.</summary>
    public static int[] Of(ScanOp scan, LoopPlaces places, TotalTerms terms)
    {
        var found = new LoopYields(scan, places, terms);
        foreach (Output output in scan.Body.Outputs.Where(output => output.Role != OutputRole.Next))
            found.RequireYields(output);
        found.RequireOperands();
        return Enumerable.Range(0, found.isYielded.Length).Where(value => found.isYielded[value]).ToArray();
    }

    private void RequireYields(Output output)
    {
        bool isSum = output.Role == OutputRole.Sum;
        var open = new Stack<int>([output.Value]);
        while (open.Count > 0)
        {
            int value = open.Pop();
            if (isSum && !summed.Add(value))
                continue;
            int[]? made = isSum ? terms.Of(value) : null;
            foreach (int term in made ?? [])
                open.Push(term);
            if (made is not null)
                continue;
            if (places.Late[value] || (isSum && terms.IsDirect(value)))
                required[value] = true;
            else if (scan.HasLengths || !places.IsOutside(value))
                isYielded[value] = true;
        }
    }

    // Marks the operands of sunk values, down to the values they read from the loop.
    private void RequireOperands()
    {
        for (int v = required.Length - 1; v >= body.Inputs.Count; v--)
        {
            foreach (int operand in required[v] ? places.OperandsOf(v) : [])
                required[operand] |= places.Late[operand];
        }

        for (int v = body.Inputs.Count; v < required.Length; v++)
        {
            if (required[v])
                YieldOperands(v);
        }
    }

    private void YieldOperands(int value)
    {
        int[] read = places.OperandsOf(value);
        bool allZeroPastTheEnd = scan.HasLengths && places.OpOf(value) is AddOp or SubOp or ConcatOp;
        foreach (int operand in read)
        {
            if (!places.Late[operand] && places.Classes[operand] != StepClass.Invariant
                && (allZeroPastTheEnd || !places.IsOutside(operand)))
                isYielded[operand] = true;
        }

        // With lengths at least one factor must be 0 past the end of each row; a plain sequence may hold anything there.
        int[] ending = scan.HasLengths ? read.Where(operand => places.EndsWithRows(value, operand)).ToArray() : [];
        if (ending.Length > 0 && !ending.Any(operand => places.Late[operand] || isYielded[operand]))
            isYielded[ending[0]] = true;
    }
}
