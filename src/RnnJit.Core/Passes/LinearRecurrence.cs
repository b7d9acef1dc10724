using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>A loop each of whose states is a linear recurrence, h' = a ⊙ h + b element by element, where h reaches neither a nor b. They
/// may depend on other states that do not depend on h.</summary>
public sealed class LinearRecurrence
{
    private readonly StateDependencies dependencies;

    private LinearRecurrence(ScanOp scan, StateDependencies dependencies)
    {
        this.dependencies = dependencies;
        Order = dependencies.Components.Select(component => component[0]).ToArray();
        var builder = new GraphBuilder();
        Value[] values = builder.Inline(scan.Body, builder.Inputs(scan.Body));
        var outputs = scan.Body.Outputs.Select(output => (output.Name, values[output.Value], output.Role)).ToList();
        var factors = new int[scan.States];
        for (int s = 0; s < scan.States; s++)
        {
            var form = new LinearForm(scan.Body, scan.Sequences + s, value => dependencies.Reaches(s, value), values);
            Obstacle ??= form.Obstacle;
            if (Obstacle is not null)
                break;

            // Appended to the body's own outputs: b of every state, and a where there is one.
            var (a, b) = form.Of(scan.Body.Outputs[s].Value);
            TensorType type = scan.Body.Inputs[scan.Sequences + s].Type;
            outputs.Add(($"b{s}", Whole(b ?? builder.Constant(0, type.Element), type), OutputRole.Yield));
            factors[s] = a is null ? -1 : outputs.Count;
            if (a is not null)
                outputs.Add(($"a{s}", Whole(a, type), OutputRole.Yield));
        }

        Body = builder.Build("body", "step", outputs);
        Factors = factors;
    }

    /// <summary>States by position, in topological order: each after the states it reads.</summary>
    internal IReadOnlyList<int> Order { get; }

    /// <summary>The body with additional outputs for each state h' = a ⊙ h + b, appended after its own: b, then a if the next value depends
    /// on the state.</summary>
    internal Graph Body { get; }

    /// <summary>For each state the output that is a, −1 where the next value does not read the state.</summary>
    internal IReadOnlyList<int> Factors { get; }

    /// <summary>The output that is b of a state.</summary>
    internal int Offset(ScanOp scan, int state) => scan.Body.Outputs.Count + Enumerable.Range(0, state).Sum(s => Factors[s] < 0 ? 1 : 2);

    private string? Obstacle { get; }

    /// <summary>The recurrences of a loop; null if it is none of linear ones.</summary>
    public static LinearRecurrence? Of(ScanOp scan) => Find(scan).Found;

    /// <summary>Why a loop is no linear recurrence, such as <c>h goes through 'tanh'</c>; null if it is one.</summary>
    public static string? WhyNot(ScanOp scan) => Find(scan).Obstacle;

    private static (LinearRecurrence? Found, string? Obstacle) Find(ScanOp scan)
    {
        if (scan.States == 0)
            return (null, "it has no state");
        if (scan.HasLoops || Enumerable.Range(0, scan.States).Any(scan.IsTable))
            return (null, scan.HasLoops ? "it has loops of its own" : "it has a table");

        var dependencies = new StateDependencies(scan);
        if (dependencies.Components.FirstOrDefault(component => component.Length > 1) is { } several)
            return (null, $"{string.Join(" and ", several.Select(s => scan.Body.Inputs[scan.Sequences + s].Name))} need each other");

        var found = new LinearRecurrence(scan, dependencies);
        return found.Obstacle is null ? (found, null) : (null, found.Obstacle);
    }

    /// <summary>True where a value of the body depends on a state.</summary>
    internal bool Changes(int value) => Order.Any(state => dependencies.Reaches(state, value));

    private static Value Whole(Value x, TensorType type) => x.Type.Dims == type.Dims ? x : x.Builder.Add(new BroadcastOp(type.Dims), x);
}
