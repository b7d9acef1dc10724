using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Tests.Verification;
using RnnJit.Verification;

namespace RnnJit.Tests.Networks;

/// <summary>Networks over trees: plain arithmetic, a chain as a loop over time, derivatives.</summary>
public class TreeCellTests
{
    // Tree 0: 3 ← (0, 2 ← (1, missing)); tree 1: a single node.
    private static readonly int[][][] Trees = [[[], [], [1, -1], [0, 2]], [[]]];

    private static readonly Dictionary<string, Func<GraphBuilder, Forest, Value, Value[]>> Cells = new()
    {
        ["child-sum"] = (b, forest, x) =>
        {
            Matrix W(string name) => new(Real(b, "W" + name, "H", "X"));
            Matrix U(string name) => new(Real(b, "U" + name, "H", "H"));
            Vector B(string name) => new(Real(b, "b" + name, "H"));
            var (h, c) = TreeCells.ChildSumLstm(forest, x, W("i"), U("i"), B("i"), W("f"), U("f"), B("f"), W("o"), U("o"), B("o"), W("u"),
                U("u"), B("u"));
            return [h, c];
        },
        ["binary"] = (b, forest, x) =>
        {
            Matrix[] Five(string name, Dim width) =>
                Enumerable.Range(0, 5).Select(g => new Matrix(Real(b, name + g, "H", width))).ToArray();
            var (h, c) = TreeCells.BinaryLstm(forest, x, Five("W", "X"), Five("L", "H"), Five("R", "H"),
                Enumerable.Range(0, 5).Select(g => new Vector(Real(b, "b" + g, "H"))).ToArray());
            return [h, c];
        },
        ["recursive"] = (b, forest,
            x) => [TreeCells.Recursive(forest, x, new Matrix(Real(b, "W", "X", Dim.Parse("2X"))), new Vector(Real(b, "b", "X")))],
        ["tensor"] = (b, forest, x) =>
            [TreeCells.RecursiveTensor(forest, x, new Tensor3(Real(b, "V", "X", Dim.Parse("2X"), Dim.Parse("2X"))),
                new Matrix(Real(b, "W", "X", Dim.Parse("2X"))), new Vector(Real(b, "b", "X")))],
    };

    [Test]
    public void First_and_second_derivatives_agree_with_differences([ValueSource(nameof(Names))] string name, [Values] bool second)
    {
        var (program, data) = Case(name, TreeSchedule.Of(Trees));
        string[] inputs = Inputs(program);
        if (second)
        {
            var (nested, all) = Derivatives.WithLoss(Differentiate.Run(program, "loss", inputs),
                Enumerable.Range(program.Outputs.Count, inputs.Length).ToArray());
            (program, inputs) = (nested, all);
            foreach (Port port in nested.Inputs.Where(port => !data.ContainsKey(port.Name)))
                data[port.Name] = Draw(port, 5);
        }

        GradientReport report = GradientCheck.Run(program, "loss", inputs, data);
        Assert.That(report.Passed, report.ToString());
    }

    // An adjoint that reads rows before they are complete is caught: here a step gathers from its parent's row, to which others still add.
    [Test]
    public void A_row_read_too_early_has_a_wrong_derivative()
    {
        TreeSchedule schedule = TreeSchedule.Of([[[], [], [0, 1]]], places: 1);
        var builder = new GraphBuilder();
        Forest forest = Declare(builder, 0);
        Value x = Real(builder, "x", "N", "X");
        Value sum = TreeScan.Summed(forest, [x], [], [Dim.Symbol("X")], (_, given, sums) => [given[0] + sums[0]],
            (_, _, states) => [states[0] * states[0]])[0];
        GradientReport right = GradientCheck.Run(Total(builder, sum), "loss", ["x"], Data(schedule, 2, Total(builder, sum)));
        Assert.That(right.Passed, right.ToString());

        var step = new GraphBuilder();
        Value rows = step.Input("x", new TensorType(ElementType.F32, "W", "X"), PortRole.Sequence),
            parent = step.Input("parent", new TensorType(ElementType.I32, "W"), PortRole.Sequence);
        Value table = step.Input("table", new TensorType(ElementType.F32, Dim.Parse("N + 1"), "X"), PortRole.Table);
        Value early = step.Add(GatherOp.Instance, table, parent);
        Graph body = step.Build("body", "early",
            [("table", step.Add(ScatterAddOp.Instance, table, parent, rows + (early * early)), OutputRole.Next)]);
        Value zeros = builder.Add(new ConstantOp(0, new TensorType(ElementType.F32, Dim.Parse("N + 1"), "X")));
        Value wrong = builder.Add(new ScanOp(body, "T", false, true), builder.Add(GatherOp.Instance, x, forest.Own.Tensor),
            forest.Parent.Tensor, zeros, forest.Lengths.Tensor);
        Assert.That(GradientCheck.Run(Total(builder, wrong), "loss", ["x"], Data(schedule, 2, Total(builder, wrong))).Passed, Is.False);
    }

    // h_t = tanh(W [h_{t−1}; 0] + b) over a chain is the loop h ⇒ tanh(A h + b).
    [Test]
    public void A_chain_is_a_tree_with_one_child()
    {
        TreeSchedule schedule = TreeSchedule.OfParents([[1, 2, 3, -1]]);
        var builder = new GraphBuilder();
        Value h = TreeCells.Recursive(Declare(builder, 2), Real(builder, "x", "N", "X"),
            new Matrix(Real(builder, "W", "X", Dim.Parse("2X"))), new Vector(Real(builder, "b", "X")));
        Graph program = builder.Build("program", "chain", [("h", h, OutputRole.Result)]);
        Dictionary<string, NdArray> data = Data(schedule, 2, program);
        data["tree.child1"] = new NdArray([4, 1], [4, 4, 4, 4]);

        double[] state = data["x"].Data[..2], w = data["W"].Data, b = data["b"].Data, found = Interpreter.Run(program, data)["h"].Data;
        for (int t = 0; t < 4; t++)
        {
            if (t > 0)
                state = [Math.Tanh((w[0] * state[0]) + (w[1] * state[1]) + b[0]), Math.Tanh((w[4] * state[0]) + (w[5] * state[1]) + b[1])];
            Assert.That(found[(2 * t)..][..2], Is.EqualTo(state).Within(1e-14), $"node {t}");
        }
    }

    private static IEnumerable<string> Names => Cells.Keys;

    private static string[] Inputs(Graph program) => program.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray();

    private static (Graph Program, Dictionary<string, NdArray> Data) Case(string name, TreeSchedule schedule)
    {
        var builder = new GraphBuilder();
        Value[] states = Cells[name](builder, Declare(builder, name == "child-sum" ? 0 : 2), Real(builder, "x", "N", "X"));
        Graph program = builder.Build("program", name, states.Select((state, s) => ("state" + s, state, OutputRole.Result)));
        var (loss, _) = Derivatives.WithLoss(program);
        return (loss, Data(schedule, 2, loss));
    }

    private static Forest Declare(GraphBuilder builder, int arity) =>
        Forest.Declare(
            (input, dims) => new Indices(builder.Input(input, new TensorType(ElementType.I32, dims))), "tree", "T", "W", "N", arity);

    private static Graph Total(GraphBuilder builder, Value y) =>
        builder.Build("program", "p", [("loss", Rnn.Total(y * y), OutputRole.Result)]);

    private static Dictionary<string, NdArray> Data(TreeSchedule schedule, int width, Graph program)
    {
        var data = schedule.Inputs("tree").ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (Port port in program.Inputs.Where(port => !data.ContainsKey(port.Name)))
            data[port.Name] = Draw(port, schedule.Nodes, width);
        return data;
    }

    private static NdArray Draw(Port port, int nodes, int width = 2)
    {
        int[] shape = port.Type.Dims.Select(dim => dim.Substitute(symbol => symbol == "N" ? nodes : width).Constant).ToArray();
        var random = new Random(port.Name.Length + port.Name[^1]);
        return new NdArray(shape, Enumerable.Range(0, NdArray.Size(shape)).Select(_ => random.NextDouble() - 0.5).ToArray());
    }

    private static Value Real(GraphBuilder builder, string name, params Dim[] dims) =>
        builder.Input(name, new TensorType(ElementType.F32, dims));
}
