using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>The values of a step as a ⊙ h + b, element by element, for one state h. An a or b that is null is 0.</summary>
internal sealed class LinearForm
{
    private readonly Graph body;
    private readonly int state;
    private readonly Func<int, bool> reached;
    private readonly Value[] values;
    private readonly Dictionary<int, (Value? A, Value? B)> forms = [];

    /// <param name="reached">True for values that depend on the state.</param>
    /// <param name="values">The body's values in the graph that a and b are added to.</param>
    public LinearForm(Graph body, int state, Func<int, bool> reached, Value[] values)
    {
        this.body = body;
        this.state = state;
        this.reached = reached;
        this.values = values;
        forms[state] = (values[state].Constant(1), null);
        bool[] needed = Liveness.Run(body, [body.Outputs[body.Inputs.Take(state).Count(port => port.Role.IsState())].Value]);
        for (int n = 0; n < body.Nodes.Count && Obstacle is null; n++)
        {
            int value = body.Values.FirstResult(n);
            if (!needed[value] || !reached(value))
                continue;
            if (Apply(body.Nodes[n]) is { } form)
                forms[value] = form;
            else
                Obstacle = $"{body.Inputs[state].Name} goes through '{body.Nodes[n].Op.Name}'";
        }
    }

    /// <summary>The reason why the next value of the state is not of the form a ⊙ h + b; null if it is.</summary>
    public string? Obstacle { get; }

    public (Value? A, Value? B) Of(int value) => reached(value) ? forms[value] : (null, values[value]);

    private (Value? A, Value? B)? Apply(Node node)
    {
        // Element by element: all that the state reaches has its shape.
        if (node.Results.Count != 1 || node.Results[0] != body.Inputs[state].Type
            || node.Operands.Any(operand => reached(operand) && body.Values.Type(operand) != node.Results[0]))
            return null;

        var x = node.Operands.Select(Of).ToArray();
        bool[] varies = node.Operands.Select(reached).ToArray();
        return node.Op switch
        {
            NegOp => (-x[0].A!, Negative(x[0].B)),
            AddOp => (Sum(x[0].A, x[1].A), Sum(x[0].B, x[1].B)),
            SubOp => (Sum(x[0].A, Negative(x[1].A)), Sum(x[0].B, Negative(x[1].B))),
            MulOp when !varies[1] => (x[0].A! * x[1].B!, x[0].B is { } b ? b * x[1].B! : null),
            MulOp when !varies[0] => (x[0].B! * x[1].A!, x[1].B is { } b ? x[0].B! * b : null),
            DivOp when !varies[1] => (x[0].A! / x[1].B!, x[0].B is { } b ? b / x[1].B! : null),
            SelectOp when !varies[0] => (Chosen(x[0].B!, x[1].A, x[2].A), Chosen(x[0].B!, x[1].B, x[2].B)),
            _ => null,
        };
    }

    private static Value? Negative(Value? x) => x is null ? null : -x;

    private static Value? Sum(Value? x, Value? y) => x is null ? y : y is null ? x : x + y;

    private static Value? Chosen(Value condition, Value? x, Value? y) =>
        x is null && y is null ? null : Rnn.Select(condition, x ?? y!.Constant(0), y ?? x!.Constant(0));
}
