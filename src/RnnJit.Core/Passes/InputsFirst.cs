using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Passes;

/// <summary>
/// (h·U + x·W) + b ⇒ (x·W + b) + h·U in a step: what no state reaches stands together, so that the row b leaves the loop with the product and its chains start from it. Done when
/// a loop is made and never later: an adjoint repeats the step as it is and finds states among its sequences.
/// </summary>
public static class InputsFirst
{
    /// <summary>In all loops of a program.</summary>
    public static Graph OfLoops(Graph program)
    {
        var rebuild = new Rebuild(program);
        return rebuild.Run((node, operands) => node.Op is ScanOp scan
            ? rebuild.Builder.AddMany(new ScanOp(scan.HasLoops ? OfLoops(scan.Body) : Run(scan.Body), scan.Time, scan.Reverse, scan.HasLengths), operands)
            : null);
    }

    public static Graph Run(Graph body)
    {
        StepClass[] classes = StepClasses.Of(body);
        int[] uses = Liveness.Uses(body);
        var sums = new Dictionary<int, int[]>();
        for (int n = 0; n < body.Nodes.Count; n++)
        {
            if (body.Nodes[n].Op is AddOp && !IsInner(body, body.Values.FirstResult(n), uses) && Reordered(body, body.Values.FirstResult(n), classes, uses) is { } order)
                sums[n] = order;
        }

        if (sums.Count == 0)
            return body;

        var rebuild = new Rebuild(body);
        rebuild.Replace = n => sums.TryGetValue(n, out int[]? order) ? [order.Select(rebuild.Get).Aggregate((a, b) => rebuild.Builder.Add(AddOp.Instance, a, b))] : null;
        return new Rebuild(rebuild.Run()).Run();
    }

    /// <summary>Whether a value is a product that leaves the loop, plus a row.</summary>
    internal static bool IsUnit(Graph body, int value, bool[] leaves)
    {
        Node node = body.Nodes[body.Values.Node(value)];
        return node.Op is AddOp && IsProduct(body, node.Operands[0]) && leaves[node.Operands[0]] && StartSums.IsRow(body, node.Operands[1])
            && body.Nodes.Count(other => other.Operands.Contains(node.Operands[0])) == 1;
    }

    // The summands with a product of the inputs and a row in front; null where these are not both there.
    private static int[]? Reordered(Graph body, int root, StepClass[] classes, int[] uses)
    {
        List<int> summands = [];
        Flatten(body, root, root, uses, summands);
        int product = summands.FindIndex(value => IsProduct(body, value) && classes[value] == StepClass.Sequence && uses[value] == 1 && body.Values.Type(value) == body.Values.Type(root));
        int row = summands.FindIndex(value => StartSums.IsRow(body, value));
        if (product < 0 || row < 0 || summands.Count < 3)
            return null;

        return [summands[product], summands[row], .. summands.Where((_, i) => i != product && i != row)];
    }

    private static bool IsProduct(Graph body, int value) =>
        body.Values.Node(value) is int maker and >= 0 && body.Nodes[maker].Op is ContractOp op && StartSums.CanStart(op);

    private static void Flatten(Graph body, int value, int root, int[] uses, List<int> summands)
    {
        if (value != root && !IsInner(body, value, uses))
        {
            summands.Add(value);
            return;
        }

        foreach (int operand in body.Nodes[body.Values.Node(value)].Operands)
            Flatten(body, operand, root, uses, summands);
    }

    // A sum of which only a longer sum of its type knows.
    private static bool IsInner(Graph body, int value, int[] uses) =>
        uses[value] == 1 && body.Values.Node(value) is int maker and >= 0 && body.Nodes[maker].Op is AddOp
        && body.Nodes.Any(node => node.Op is AddOp && node.Operands.Contains(value) && node.Results[0] == body.Values.Type(value));
}
