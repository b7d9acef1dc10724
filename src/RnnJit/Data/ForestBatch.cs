using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Data;

/// <summary>
/// Several trees as the inputs of one batch: nodes of all trees are numbered in the order of the trees, and a <see cref="TreeSchedule"/>
/// says which are done together. Networks read them as a <see cref="Forest"/>.
/// </summary>
public sealed class ForestBatch
{
    private readonly Dictionary<string, BatchInput> inputs;

    private ForestBatch(Dictionary<string, BatchInput> inputs, int[] counts, int[] roots, (int Steps, int Places, int Nodes) sizes)
    {
        (this.inputs, Counts, Roots) = (inputs, counts, roots);
        (Steps, Places, Nodes) = sizes;
    }

    /// <summary>N, with the nodes that rounding adds; no step does these.</summary>
    public int Nodes { get; }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>W.</summary>
    public int Places { get; }

    /// <summary>The number of nodes of each tree.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The number of each tree's root among all nodes.</summary>
    public IReadOnlyList<int> Roots { get; }

    /// <summary>Packs trees.</summary>
    /// <param name="trees">For each tree and each of its nodes the children, numbered within the tree; −1 where a child is missing, nothing
    /// for a leaf.</param>
    /// <param name="arity">The children that the network tells apart, as in <see cref="Forest.Declare"/>; 0 where they are only added
    /// up.</param>
    /// <param name="places">W; 0: as many that at most half of all places stay empty.</param>
    /// <param name="multiple">T, W and N are rounded up to multiples of it, so that fewer shapes occur. W is as given if it is
    /// given.</param>
    /// <exception cref="GraphException">RNNJ145: something is no tree, or there is no node.</exception>
    /// <exception cref="ArgumentException">A node has more children than are told apart, a tree has no node or several roots, or a number
    /// is out of range.</exception>
    public static ForestBatch Of(IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> trees, int arity, int places = 0, int multiple = 1)
    {
        if (arity < 0)
        {
            throw new ArgumentException(
                $"The arity of the trees is {arity}, wanted 1 or more, or 0 where children are added up (correct it)");
        }

        if (multiple < 1)
            throw new ArgumentException($"Sizes are rounded to multiples of {multiple}, wanted at least 1 (give 1 to round nothing)");
        RequireNodes(trees, arity);
        TreeSchedule schedule = TreeSchedule.Of(trees, places);
        if (places == 0 && schedule.Places % multiple != 0)
            schedule = TreeSchedule.Of(trees, BatchSizes.RoundedUp(schedule.Places, multiple));
        var sizes = (
            Steps: BatchSizes.RoundedUp(schedule.Length, multiple), schedule.Places, Nodes: BatchSizes.RoundedUp(schedule.Nodes, multiple));
        int[] counts = [.. trees.Select(tree => tree.Count)];
        return new ForestBatch(Packed(schedule, arity, sizes), counts, FindRoots(trees), sizes);
    }

    /// <summary>The children of a tree's nodes from their parents, −1 for a root; children count in the order of their numbers.</summary>
    /// <exception cref="GraphException">RNNJ145: a parent does not exist.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Children(IReadOnlyList<int> parents)
    {
        List<int>[] children = [.. parents.Select(_ => new List<int>())];
        for (int node = 0; node < parents.Count; node++)
        {
            if (parents[node] < -1 || parents[node] >= parents.Count)
            {
                throw new GraphException(
                    "RNNJ145",
                    $"Node {node} has the parent {parents[node]}, wanted 0 to {parents.Count - 1}, or -1 for a root " +
                    "(number the nodes of a tree from 0)");
            }

            if (parents[node] >= 0)
                children[parents[node]].Add(node);
        }

        return children;
    }

    /// <summary>The integers of a <see cref="Forest"/> by the names of its inputs, <c>NAME.own</c> and so on.</summary>
    public IReadOnlyDictionary<string, BatchInput> Inputs(string name) =>
        inputs.ToDictionary(pair => $"{name}.{pair.Key}", pair => pair.Value, StringComparer.Ordinal);

    /// <summary>A whole number of each node, i32[N].</summary>
    /// <param name="codes">For each tree those of its nodes.</param>
    /// <param name="padding">The number of nodes that rounding adds.</param>
    /// <exception cref="ArgumentException">A tree has another number of nodes.</exception>
    public BatchInput Codes(IReadOnlyList<IReadOnlyList<int>> codes, int padding = 0)
    {
        Require([.. codes.Select(tree => tree.Count)], "numbers");
        int[] given = [.. codes.SelectMany(tree => tree)], all = [.. given, .. Enumerable.Repeat(padding, Nodes - given.Length)];
        return BatchInput.Of(all, Nodes).Padded(padding);
    }

    /// <summary>A vector of each node, f32[N, X]; 0 for nodes that rounding adds.</summary>
    /// <param name="vectors">For each tree the vectors of its nodes, concatenated.</param>
    /// <param name="width">X.</param>
    /// <exception cref="ArgumentException">A tree has another number of nodes, or X is below 1.</exception>
    public BatchInput Vectors(IReadOnlyList<float[]> vectors, int width) =>
        Vectors([.. vectors.Select(tree => (ReadOnlyMemory<float>)tree)], width);

    /// <inheritdoc cref="Vectors(IReadOnlyList{float[]}, int)"/>
    public BatchInput Vectors(IReadOnlyList<ReadOnlyMemory<float>> vectors, int width)
    {
        if (width < 1)
            throw new ArgumentException($"The width of the vectors is {width}, wanted at least 1 (give the numbers of one node)");
        int ragged = Enumerable.Range(0, vectors.Count).FirstOrDefault(tree => vectors[tree].Length % width != 0, -1);
        if (ragged >= 0)
        {
            throw new ArgumentException(
                $"Tree {ragged} has {vectors[ragged].Length} numbers, wanted a multiple of {width}, the width " +
                $"(give {width} for each node)");
        }


        Require([.. vectors.Select(tree => tree.Length / width)], "vectors");
        var values = new float[new PaddedShape(Nodes, 1, width, SequenceOrder.TimeMajor).Elements];
        int at = 0;
        foreach (ReadOnlyMemory<float> tree in vectors)
        {
            tree.Span.CopyTo(values.AsSpan(at));
            at += tree.Length;
        }

        return BatchInput.Of(values, Nodes, width);
    }

    /// <summary>1 for the nodes of trees, 0 for those that rounding adds, f32[N, 1].</summary>
    public BatchInput Mask()
    {
        var mask = new float[Nodes];
        mask.AsSpan(0, Counts.Sum()).Fill(1);
        return BatchInput.Of(mask, Nodes, 1);
    }

    private void Require(int[] counts, string what)
    {
        if (counts.Length != Counts.Count)
            throw new ArgumentException($"There are {what} for {counts.Length} trees, wanted {Counts.Count} (give a list for each tree)");
        int wrong = Enumerable.Range(0, counts.Length).FirstOrDefault(tree => counts[tree] != Counts[tree], -1);
        if (wrong >= 0)
            throw new ArgumentException($"Tree {wrong} has {Counts[wrong]} nodes but {counts[wrong]} {what} (give one for each node)");
    }

    private static void RequireNodes(IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> trees, int arity)
    {
        for (int tree = 0; tree < trees.Count; tree++)
        {
            if (trees[tree].Count == 0)
                throw new ArgumentException($"Tree {tree}: it has no node (leave it out)");
            int wide = Enumerable.Range(0, trees[tree].Count).FirstOrDefault(node => arity > 0 && trees[tree][node].Count > arity, -1);
            if (wide >= 0)
            {
                throw new ArgumentException(
                    $"Tree {tree}: node {wide} has {trees[tree][wide].Count} children where {arity} are told apart " +
                    "(binarise the tree, or declare more)");
            }
        }
    }

    private static int[] FindRoots(IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> trees)
    {
        int first = 0;
        var roots = new int[trees.Count];
        for (int tree = 0; tree < trees.Count; tree++)
        {
            var below = trees[tree].SelectMany(children => children).ToHashSet();
            int[] found = [.. Enumerable.Range(0, trees[tree].Count).Where(node => !below.Contains(node))];
            if (found.Length != 1)
            {
                throw new ArgumentException(
                    $"Tree {tree}: it has the roots {string.Join(", ", found)}, wanted one (make each a tree of its own)");
            }

            roots[tree] = first + found[0];
            first += trees[tree].Count;
        }

        return roots;
    }

    // N stands for nobody, so it moves when nodes are added.
    private static Dictionary<string, BatchInput> Packed(TreeSchedule schedule, int arity, (int Steps, int Places, int Nodes) sizes)
    {
        IReadOnlyDictionary<string, NdArray> given = schedule.Inputs("");
        int cells = new PaddedShape(sizes.Steps, sizes.Places, 1, SequenceOrder.TimeMajor).Elements;
        BatchInput Grid(string name, int missing)
        {
            var grid = new int[cells];
            double[]? from = given.GetValueOrDefault("." + name)?.Data;
            for (int i = 0; i < schedule.Length * schedule.Places; i++)
                grid[i] = from is null || (int)from[i] == missing ? sizes.Nodes : (int)from[i];
            return BatchInput.Of(grid, sizes.Steps, sizes.Places);
        }

        var leaf = new int[sizes.Nodes];
        for (int node = 0; node < schedule.Nodes; node++)
            leaf[node] = (int)given[".leaf"].Data[node];
        var inputs = new Dictionary<string, BatchInput>(StringComparer.Ordinal)
        {
            ["own"] = Grid("own", missing: -1),
            ["parent"] = Grid("parent", schedule.Nodes),
            ["lengths"] = BatchInput.Of(Array.ConvertAll(given[".lengths"].Data, length => (int)length), sizes.Places),
            ["leaf"] = BatchInput.Of(leaf, sizes.Nodes),
        };
        for (int k = 0; k < arity; k++)
            inputs["child" + k] = Grid("child" + k, schedule.Nodes);
        return inputs;
    }
}
