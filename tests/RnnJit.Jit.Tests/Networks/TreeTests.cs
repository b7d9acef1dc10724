using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Networks;

/// <summary>Networks over random forests, compiled.</summary>
public class TreeTests
{
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
        ["affine"] = (b, forest, x) =>
        {
            var (w, u, bias) = (new Matrix(Real(b, "W", "H", "X")), new Matrix(Real(b, "U", "H", "H")),
                new Vector(b.Input("b", new TensorType(ElementType.F32, "H"), PortRole.Parameter)));
            return TreeScan.Ordered(forest, [x], ["H"], (step, given, children) =>
                [Rnn.Tanh((step.Take(u) * (children[0][0] + children[1][0])) + (step.Take(w) * given[0]) + step.Take(bias.Tensor))]);
        },
        ["tensor"] = (b, forest, x) =>
            [TreeCells.RecursiveTensor(forest, x, new Tensor3(Real(b, "V", "X", Dim.Parse("2X"), Dim.Parse("2X"))),
                new Matrix(Real(b, "W", "X", Dim.Parse("2X"))), new Vector(Real(b, "b", "X")))],
    };

    private static IEnumerable<string> Names => Cells.Keys;

    [TestCaseSource(nameof(Names))]
    public void Compiled_agrees_with_the_oracle_without_interpretation(string name)
    {
        var (program, sizes, data) = Case(name, trees: 5, nodes: 13);
        ProgramContract.Check(program, sizes, data);
    }

    [TestCaseSource(nameof(Names))]
    public void The_order_of_steps_does_not_matter(string name)
    {
        var (program, sizes, data) = Case(name, trees: 4, nodes: 9);
        Dictionary<string, NdArray> wanted = Outputs(program, sizes, data);
        foreach (int places in new[] { 1, 3, 100 })
        {
            var (_, other, schedule) = Case(name, trees: 4, nodes: 9, places);
            Dictionary<string, NdArray> found = Outputs(program, other, schedule);
            foreach (string state in wanted.Keys.Where(key => key.StartsWith("state", StringComparison.Ordinal)))
            {
                // Sums over children are added up in the order of the steps.
                if (name == "child-sum")
                    Assert.That(Bits.Distance(found[state], wanted[state]), Is.LessThan(1e-6), $"{state} with {places} places");
                else
                    Bits.AssertEqual(found[state].Data, wanted[state].Data, $"{state} with {places} places");
            }
        }
    }

    // The equations of a node are the author's; where they add W x in the step, it is one product over all nodes that starts from the row.
    [Test]
    public void Products_of_the_inputs_of_nodes_start_from_their_row()
    {
        var (program, sizes, data) = Case("affine", trees: 5, nodes: 13);
        ProgramContract.Check(program, sizes, data);
        Graph optimised = Pipeline.Run(program);
        ScheduledMatMul start = AccumulatorInits.Of(optimised).Values.Single();
        Assert.That(optimised.Inputs[start.Start].Name, Is.EqualTo("b"));
        Graph step = optimised.Nodes.Select(node => node.Op).OfType<ScanOp>().Single().Body;
        Assert.That(AccumulatorInits.Of(step), Has.Count.EqualTo(1), "the product of the state starts from that of the input");
        Assert.That(step.Inputs.Select(port => port.Name), Has.None.EqualTo("b"));
    }

    // Tables are written in place: the work of a chain grows with its length, the memory of each step does not.
    [Test]
    public void The_table_of_a_chain_is_not_copied()
    {
        long Bytes(int nodes)
        {
            var (program, sizes, data) = Case("recursive", trees: 1, nodes, chain: true);
            using Executable executable = CellProgram.Create(Derivatives(program), sizes);
            CellProgram.Run(executable, data);
            return executable.ArenaBytes;
        }

        Assert.That(Bytes(400), Is.LessThan(4.5 * Bytes(100)));
    }

    private static Dictionary<string, NdArray> Outputs(Graph program, IReadOnlyDictionary<string, int> sizes,
        IReadOnlyDictionary<string, NdArray> data) => CellProgram.Run(program, data, sizes);

    private static Graph Derivatives(Graph program) =>
        Differentiate.Run(program, "loss", program.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray());

    private static (Graph Program, Dictionary<string, int> Sizes,
        Dictionary<string, NdArray> Data) Case(string name, int trees, int nodes, int places = 0, bool chain = false)
    {
        var random = new Random(5);
        int arity = name == "child-sum" ? 4 : 2;
        TreeSchedule schedule = TreeSchedule.Of(
            Enumerable.Range(0, trees).Select(tree => chain ? Chain(nodes) : Tree(random, nodes - tree, arity)).ToArray(), places);
        var builder = new GraphBuilder();
        Forest forest = Forest.Declare((input, dims) => new Indices(builder.Input(input, new TensorType(ElementType.I32, dims))), "tree",
            "T", "W", "N", name == "child-sum" ? 0 : 2);
        Value[] states = Cells[name](builder, forest, Real(builder, "x", "N", "X"));
        Value loss =
            states.Select((state, s) => Rnn.Total(state * Real(builder, "d" + s, [.. state.Type.Dims]))).Aggregate((a, b) => a + b);
        Graph program = builder.Build("program", name,
            [.. states.Select((state, s) => ("state" + s, state, OutputRole.Result)), ("loss", loss, OutputRole.Result)]);

        var sizes =
            new Dictionary<string, int> { ["T"] = schedule.Length, ["W"] = schedule.Places, ["N"] = schedule.Nodes, ["X"] = 6, ["H"] = 17 };
        Dictionary<string, NdArray> data =
            schedule.Inputs("tree").Where(pair => program.InputIndex(pair.Key) >= 0).ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (Port port in program.Inputs.Where(port => port.Type.IsReal))
        {
            int[] shape = port.Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray();
            data[port.Name] = new NdArray(shape, Enumerable.Range(0, NdArray.Size(shape))
                .Select(_ => (double)(float)((random.NextDouble() - 0.5) / (chain ? 4 : 1))).ToArray());
        }

        return (program, sizes, data);
    }

    // Each node but the first, the root, hangs below one that has room; numbers are shuffled.
    private static IReadOnlyList<IReadOnlyList<int>> Tree(Random random, int nodes, int arity)
    {
        int[] number = Enumerable.Range(0, nodes).OrderBy(_ => random.Next()).ToArray();
        var children = Enumerable.Range(0, nodes).Select(_ => new List<int>()).ToArray();
        for (int node = 1; node < nodes; node++)
        {
            int[] room = Enumerable.Range(0, node).Where(other => children[number[other]].Count < arity).ToArray();
            children[number[room[random.Next(room.Length)]]].Add(number[node]);
        }

        return children;
    }

    private static IReadOnlyList<IReadOnlyList<int>> Chain(int nodes) =>
        Enumerable.Range(0, nodes).Select(node => (IReadOnlyList<int>)(node == 0 ? [] : new[] { node - 1 })).ToArray();

    private static Value Real(GraphBuilder builder, string name, params Dim[] dims) =>
        builder.Input(name, new TensorType(ElementType.F32, dims));
}
