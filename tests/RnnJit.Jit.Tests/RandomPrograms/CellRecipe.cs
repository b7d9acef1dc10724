using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;
using static RnnJit.Rnn;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>One value of a random cell.</summary>
/// <param name="Kind">The op or construct that makes it, see <see cref="CellRecipe"/>.</param>
/// <param name="Width">Its last dimension: H, P, X, S or 1.</param>
/// <param name="A">The number of the value it is made of.</param>
/// <param name="B">The number of the second one; −1 where there is none.</param>
/// <param name="Weight">The name of its trained tensor; empty where there is none.</param>
internal sealed record RandomNode(string Kind, string Width, int A, int B = -1, string Weight = "");

/// <summary>A cell as a list of choices, which shrink more easily than a graph. Values are numbered: x, the states, the input
/// per sequence, then the nodes.</summary>
internal sealed record CellRecipe(string[] States, bool PerSequence, RandomNode[] Nodes, int[] Next, (string Name, int Value)[] Results)
{
    private static readonly string[] Edges = ["relu", "abs", "max", "min", "choose", "maximum", "detach"];

    public int Ports => 1 + States.Length + (PerSequence ? 1 : 0);

    /// <summary>True where finite differences see the derivative that the graph states: no kink, nothing detached.</summary>
    public bool IsSmooth => !Nodes.Any(node => Edges.Contains(node.Kind));

    public static string StateName(int state) => state == 0 ? "h" : "h" + (state + 1);

    public string WidthOf(int value) =>
        value == 0 ? "X" : value <= States.Length ? States[value - 1] : value < Ports ? "S" : Nodes[value - Ports].Width;

    public CellDefinition Build(Func<Op, Op>? sabotage = null)
    {
        var builder = new GraphBuilder();
        var values = new Value[Ports + Nodes.Length];
        values[0] = builder.Input("x", new TensorType(ElementType.F32, "B", "X"));
        for (int s = 0; s < States.Length; s++)
            values[1 + s] = builder.Input(StateName(s), new TensorType(ElementType.F32, "B", States[s]), PortRole.State);
        if (PerSequence)
            values[Ports - 1] = builder.Input("s", new TensorType(ElementType.F32, "B", "S"), PortRole.PerSequence);
        bool[] live = Live();
        var weights = new Dictionary<string, Value>();
        foreach (RandomNode node in Nodes.Where((node, i) => live[Ports + i] && node.Weight.Length > 0))
        {
            if (!weights.ContainsKey(node.Weight))
                weights[node.Weight] = builder.Input(node.Weight, new TensorType(ElementType.F32, WeightDims(node)), PortRole.Parameter);
        }

        for (int i = 0; i < Nodes.Length; i++)
        {
            if (live[Ports + i])
                values[Ports + i] = Apply(Nodes[i], values[Nodes[i].A], Nodes[i].B < 0 ? null! : values[Nodes[i].B],
                    Nodes[i].Weight.Length > 0 ? weights[Nodes[i].Weight] : null!);
        }

        var outputs = Next.Select((value, s) => (StateName(s), values[value], OutputRole.Next))
            .Concat(Results.Select(result => (result.Name, values[result.Value], OutputRole.Result)));
        Graph step = builder.Build("cell", "Random", outputs);
        if (sabotage is not null)
            step = step with { Nodes = step.Nodes.Select(node => node with { Op = sabotage(node.Op) }).ToEquatable() };
        return new CellDefinition(step);
    }

    private bool[] Live()
    {
        var live = new bool[Ports + Nodes.Length];
        foreach (int value in Next.Concat(Results.Select(result => result.Value)))
            live[value] = true;
        for (int i = Nodes.Length - 1; i >= 0; i--)
        {
            if (!live[Ports + i])
                continue;
            live[Nodes[i].A] = true;
            if (Nodes[i].B >= 0)
                live[Nodes[i].B] = true;
        }

        return live;
    }

    /// <summary>The shape of a node's trained tensor.</summary>
    public Dim[] WeightDims(RandomNode node) => node.Kind switch
    {
        "product" => [node.Width, WidthOf(node.A)],
        "long product" => [node.Width, (Dim)WidthOf(node.A) + WidthOf(node.B)],
        "bilinear" => [node.Width, WidthOf(node.A), WidthOf(node.B)],
        _ => [node.Width],
    };

    private static Value Apply(RandomNode node, Value a, Value b, Value w) => node.Kind switch
    {
        "same" => a,
        "sigmoid" => Sigmoid(a),
        "tanh" => Tanh(a),
        "relu" => Relu(a),
        "abs" => Abs(a),
        "neg" => -a,
        "root" => Sqrt(1 + (a * a)),
        "log" => Log(1 + (a * a)),
        "exp" => Exp(-(a * a)),
        "softplus" => Softplus(a),
        "complement" => 1 - a,
        "half" => 0.5 * a,
        "detach" => Detach(a),
        "sum" => a + b,
        "difference" => a - b,
        "times" => a * b,
        "ratio" => a / (1 + (b * b)),
        "max" => Max(a, b),
        "min" => Min(a, b),
        "choose" => Select(Less(a, b), b - a, a - b),
        "swap" => Split(Concat(a, b), 2) is var parts ? parts[1] - (0.5 * parts[0]) : a,
        "softmax" => Softmax(a),
        "norm" => (a - Mean(a)) is var centred ? centred / Sqrt(Mean(centred * centred) + 0.1) : a,
        "mean" => Mean(a),
        "maximum" => Maximum(a),
        "logsumexp" => LogSumExp(a),
        "bias" => a + w,
        "scale" => a * w,
        "gate" => a * Sigmoid(w),
        "product" => new Matrix(w) * a,
        "long product" => new Matrix(w) * Concat(a, b),
        "bilinear" => Bilinear(new Tensor3(w), a, b),
        _ => throw new ArgumentException($"'{node.Kind}' is no kind of node"),
    };
}
