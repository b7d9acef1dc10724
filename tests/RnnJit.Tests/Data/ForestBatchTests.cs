using RnnJit.Data;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Data;

/// <summary>Trees packed into batches.</summary>
public class ForestBatchTests
{
    // Tree 0: 3 ← (0, 2 ← (1, missing)); tree 1: a single node; tree 2: 0 ← (1, 2).
    private static readonly int[][][] Trees = [[[], [], [1, -1], [0, 2]], [[]], [[1, 2], [], []]];

    [Test]
    public void Nodes_are_numbered_by_tree_and_roots_are_named()
    {
        ForestBatch forest = ForestBatch.Of(Trees, arity: 2);
        Assert.That((forest.Nodes, forest.Counts, forest.Roots), Is.EqualTo((8, new[] { 4, 1, 3 }, new[] { 3, 4, 5 })));
        Assert.That(forest.Codes([[1, 2, 3, 4], [5], [6, 7, 8]]).Integers.ToArray(), Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
        Assert.That(forest.Vectors([[1, 2, 3, 4], [5], [6, 7, 8]], 1).Shape, Is.EqualTo(new[] { 8, 1 }));
        IReadOnlyDictionary<string, NdArray> wanted = TreeSchedule.Of(Trees).Inputs("tree");
        IReadOnlyDictionary<string, BatchInput> found = forest.Inputs("tree");
        Assert.That(found.Keys, Is.EquivalentTo(wanted.Keys));
        foreach (string name in new[] { "tree.own", "tree.parent", "tree.lengths", "tree.leaf" })
            Assert.That(found[name].Integers.ToArray(), Is.EqualTo(wanted[name].Data), name);
    }

    // Leaves alone have no child in any schedule; the network reads its inputs for children all the same.
    [Test]
    public void Children_that_no_tree_has_are_missing()
    {
        ForestBatch leaves = ForestBatch.Of([[[]], [[]]], arity: 2, multiple: 4);
        Assert.That(leaves.Inputs("t")["t.child1"].Integers.ToArray()[..4], Is.All.EqualTo(4));
        Assert.That(ForestBatch.Of(Trees, arity: 0).Inputs("t").Keys, Has.None.Contains("child"));
        Assert.That(leaves.Mask().Reals.ToArray(), Is.EqualTo(new float[] { 1, 1, 0, 0 }));
        Assert.That((leaves.Steps, leaves.Places, leaves.Nodes), Is.EqualTo((4, 4, 4)));
    }

    [TestCase("child-sum", 1)]
    [TestCase("child-sum", 5)]
    [TestCase("binary", 1)]
    [TestCase("binary", 5)]
    public void A_forest_gives_each_tree_what_it_has_alone(string cell, int multiple)
    {
        var random = new Random(4);
        int arity = cell == "binary" ? 2 : 0;
        int[][] trees = [.. Enumerable.Range(0, 6).Select(tree => Parents(random, 1 + (tree * 3), 2))];
        float[][] x = [.. trees.Select(tree => tree.SelectMany(_ => new[] { random.NextSingle(), -random.NextSingle() }).ToArray())];
        Graph network = Network(cell, arity);
        float[][] Run(int[] chosen)
        {
            ForestBatch forest = ForestBatch.Of([.. chosen.Select(tree => ForestBatch.Children(trees[tree]))], arity, multiple: multiple);
            var inputs = forest.Inputs("tree").ToDictionary();
            inputs["x"] = forest.Vectors([.. chosen.Select(tree => x[tree])], 2);
            inputs["roots"] = BatchInput.Of(forest.Roots.ToArray(), chosen.Length);
            double[] h = Interpreter.Run(network, BatchArrays.Of(network, inputs))["h"].Data;
            return [.. h.Select(value => (float)value).Chunk(3)];
        }

        float[][] together = Run([0, 1, 2, 3, 4, 5]);
        Assert.That(together.SelectMany(root => root), Has.All.Not.EqualTo(0f));
        for (int tree = 0; tree < 6; tree++)
            Assert.That(together[tree], Is.EqualTo(Run([tree])[0]).Within(1e-6f), $"tree {tree}");
        Assert.That(together[1], Is.Not.EqualTo(together[2]).Within(1e-6f), "trees are told apart");
    }

    [Test]
    public void Batches_hold_trees_with_values_of_their_nodes()
    {
        (int[] Parents, int[] Words, int Label)[] rows = [([3, 2, 3, -1], [1, 2, 0, 0], 1), ([-1], [3], 0), ([-1, 0, 0], [0, 4, 5], 2)];
        RowBatches<(int[] Parents, int[] Words, int Label)> batches = Batches.Of(rows, 2)
            .Trees("tree", row => row.Parents, arity: 2)
            .NodeCodes("words", of: "tree", row => row.Words)
            .NodeVectors("v", of: "tree", 1, row => [.. row.Words.Select(word => new float[] { word })])
            .Roots("roots", of: "tree")
            .Label("y", row => row.Label);
        Batch[] epoch = [.. batches.Epoch(0)];
        Assert.That(epoch[0].Inputs.Keys, Is.EquivalentTo(batches.Inputs));
        Assert.That(epoch[0].Inputs["words"].Integers.ToArray(), Is.EqualTo(new[] { 1, 2, 0, 0, 3 }));
        Assert.That(epoch[0].Inputs["v"].Shape, Is.EqualTo(new[] { 5, 1 }));
        Assert.That(epoch[0].Inputs["roots"].Integers.ToArray(), Is.EqualTo(new[] { 3, 4 }));
        Assert.That(epoch[1].Inputs["roots"].Integers.ToArray(), Is.EqualTo(new[] { 0 }));
        Assert.That(batches.RoundedTo(4).Epoch(0).First().Inputs["words"].Integers.ToArray(), Is.EqualTo(new[] { 1, 2, 0, 0, 3, 0, 0, 0 }));
        Assert.That(batches.Mask("mask", of: "tree").RoundedTo(4).Epoch(0).First().Inputs["mask"].Reals.ToArray(),
            Is.EqualTo(new float[] { 1, 1, 1, 1, 1, 0, 0, 0 }));
        Assert.That(batches.Bucketed(pool: 0).Epoch(0).First().Inputs["words"].Integers.ToArray(), Is.EqualTo(new[] { 3, 0, 4, 5 }),
            "the smallest trees first");
        foreach (var (name, input) in ForestBatch.Of([.. rows[..2].Select(row => ForestBatch.Children(row.Parents))], 2).Inputs("tree"))
            Assert.That(epoch[0].Inputs[name].Integers.ToArray(), Is.EqualTo(input.Integers.ToArray()), name);
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        Assert.That(
            () => ForestBatch.Of([[[]], []], 2), Throws.ArgumentException.With.Message.EqualTo("Tree 1: it has no node (leave it out)"));
        Assert.That(
            () => ForestBatch.Of([[[], [0], [1]]], -1), Throws.ArgumentException.With.Message.StartsWith("The arity of the trees is -1"));
        Assert.That(
            () => ForestBatch.Of(Trees, 2, multiple: 0),
            Throws.ArgumentException.With.Message.StartsWith("Sizes are rounded to multiples of 0"));
        Assert.That(() => ForestBatch.Of(Trees, 1), Throws.ArgumentException.With.Message.EqualTo(
            "Tree 0: node 2 has 2 children where 1 are told apart (binarise the tree, or declare more)"));
        Assert.That(() => ForestBatch.Of([[[], []]], 2),
            Throws.ArgumentException.With.Message.EqualTo("Tree 0: it has the roots 0, 1, wanted one (make each a tree of its own)"));
        Assert.That(() => ForestBatch.Of([[[0]]], 2), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ145"));
        Assert.That(() => ForestBatch.Children([1, 2]), Throws.TypeOf<GraphException>()
            .With.Message.StartsWith("Node 1 has the parent 2, wanted 0 to 1, or -1 for a root"));
        ForestBatch forest = ForestBatch.Of(Trees, 2);
        Assert.That(() => forest.Codes([[1], [1], [1]]),
            Throws.ArgumentException.With.Message.EqualTo("Tree 0 has 4 nodes but 1 numbers (give one for each node)"));
        Assert.That(() => forest.Codes([[1]]),
            Throws.ArgumentException.With.Message.EqualTo("There are numbers for 1 trees, wanted 3 (give a list for each tree)"));

        int[][] rows = [[-1, 0], [-1, 0, 5]];
        RowBatches<int[]> batches = Batches.Of(rows, 1).Trees("tree", row => row, arity: 0);
        Assert.That(() => batches.NodeCodes("x", of: "trees", row => row), Throws.ArgumentException.With.Message.EqualTo(
            "'x' names nodes of 'trees', which is no trees of these batches (found: tree)"));
        Assert.That(
            () => batches.NodeCodes("x", of: "tree", row => [1]).Epoch(0).First(), Throws.TypeOf<BatchException>().With.Message.EqualTo(
            "Row 0 has 1 values of 'x' where its tree 'tree' has 2 nodes (give one for each node)"));
        Assert.That(() => batches.Epoch(0, from: 1).First(), Throws.TypeOf<BatchException>()
            .With.Message.StartsWith("Row 1, 'tree': Node 2 has the parent 5"));
        Assert.That(
            () => Batches.Of(rows, 2).Trees("tree", row => row.Length == 2 ? [-1, 0] : [-1, -1, 0], arity: 0).Epoch(0).First(),
            Throws.TypeOf<BatchException>().With.Message.StartsWith("Row 1, 'tree': it has the roots 0, 1, wanted one"));
    }

    private static int[] Parents(Random random, int nodes, int arity)
    {
        var parents = new int[nodes];
        var room = Enumerable.Repeat(arity, nodes).ToArray();
        for (int node = 0; node < nodes; node++)
        {
            int[] open = [.. Enumerable.Range(0, node).Where(other => room[other] > 0)];
            parents[node] = node == 0 ? -1 : open[random.Next(open.Length)];
            if (node > 0)
                room[parents[node]]--;
        }

        return parents;
    }

    private static Graph Network(string cell, int arity)
    {
        var net = new NetworkBuilder(cell);
        Forest forest = Forest.Declare((name, dims) => net.Indices(name, dims), "tree", "T", "W", "N", arity);
        Value x = net.Input("x", "N", 2);
        Matrix M(string name, Dim width) => new(net.Parameter(name, "glorot", 3, width));
        Vector V(string name) => new(net.Parameter(name, "zeros", 3));
        Matrix[] Five(string name, Dim width) => [.. Enumerable.Range(0, 5).Select(g => M(name + g, width))];
        Value h = cell == "binary"
            ? TreeCells.BinaryLstm(forest, x, Five("W", 2), Five("L", 3), Five("R", 3), [V("b0"), V("b1"), V("b2"), V("b3"), V("b4")]).H
            : TreeCells.ChildSumLstm(
                forest, x, M("Wi", 2), M("Ui", 3), V("bi"), M("Wf", 2), M("Uf", 3), V("bf"),
                M("Wo", 2), M("Uo", 3), V("bo"), M("Wu", 2), M("Uu", 3), V("bu")).H;
        net.Output("h", Rnn.Gather(new Matrix(h), net.Indices("roots", "B")));
        return net.Build();
    }
}
