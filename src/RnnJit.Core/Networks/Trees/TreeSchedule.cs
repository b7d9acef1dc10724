using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>
/// The order in which the nodes of a batch of trees are done: T steps of up to W nodes, children before their parents, those with the
/// longest way to their root first (Hu 1961), so that no other order has fewer steps of W nodes.
/// </summary>
public sealed class TreeSchedule
{
    private readonly int[] own;
    private readonly int[] parent;
    private readonly int[][] children;
    private readonly int[] lengths;
    private readonly int[] leaf;

    private TreeSchedule(TreeList trees, int places)
    {
        (Nodes, Places, Arity) = (trees.Count, places, trees.Arity);
        List<int[]> steps = Steps(trees, places);
        Length = steps.Count;
        (own, parent, lengths, leaf) = (new int[Length * places], new int[Length * places], new int[places], new int[Nodes]);
        children = Enumerable.Range(0, Arity).Select(_ => new int[Length * places]).ToArray();
        for (int t = 0; t < Length; t++)
        {
            for (int place = 0; place < steps[t].Length; place++)
            {
                int node = steps[t][place], at = (t * places) + place;
                (own[at], parent[at]) = (node, trees.Parent(node) is >= 0 and int above ? above : Nodes);
                for (int k = 0; k < Arity; k++)
                    children[k][at] = trees.Child(node, k) is >= 0 and int child ? child : Nodes;
                lengths[place] = t + 1;
            }
        }

        for (int node = 0; node < Nodes; node++)
            leaf[node] = trees.IsLeaf(node) ? 1 : 0;
    }

    /// <summary>N: nodes of all trees, those of the first tree first.</summary>
    public int Nodes { get; }

    /// <summary>T.</summary>
    public int Length { get; }

    /// <summary>W.</summary>
    public int Places { get; }

    /// <summary>The most children of a node.</summary>
    public int Arity { get; }

    /// <summary>Orders trees.</summary>
    /// <param name="trees">For each tree and each of its nodes the children, numbered within the tree; −1 where a child is
    /// missing, nothing for a leaf.</param>
    /// <param name="places">W; 0: as many that at most half of all T · W places stay empty.</param>
    /// <exception cref="GraphException">RNNJ145: a child does not exist or has two parents, there is a
    /// cycle, or there is no node.</exception>
    public static TreeSchedule Of(IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> trees, int places = 0)
    {
        var list = new TreeList(trees);
        if (places < 0)
            throw new GraphException("RNNJ145", $"A schedule of trees has {places} places for each step (give 1 or more, or 0 to choose)");
        return new TreeSchedule(list, places > 0 ? places : (list.Count + list.Levels - 1) / list.Levels);
    }

    /// <summary>Orders trees that are given by their parents, −1 for a root; a node's children count in the order of their
    /// numbers.</summary>
    /// <exception cref="GraphException">RNNJ145: a parent does not exist, there is a cycle, or there is no node.</exception>
    public static TreeSchedule OfParents(IReadOnlyList<IReadOnlyList<int>> trees, int places = 0) => Of(trees.Select((parents, tree) =>
    {
        var children = parents.Select(_ => new List<int>()).ToArray();
        for (int node = 0; node < parents.Count; node++)
        {
            if (parents[node] >= parents.Count || parents[node] < -1)
                throw new GraphException("RNNJ145",
                    $"Tree {tree}: node {node} has the parent {parents[node]}, wanted 0 to {parents.Count - 1}, or -1 for a root "
                        + "(number the nodes of a tree from 0)");
            if (parents[node] >= 0)
                children[parents[node]].Add(node);
        }

        return (IReadOnlyList<IReadOnlyList<int>>)children;
    }).ToArray(), places);

    /// <summary>The integers of a <see cref="Forest"/> by the names of its inputs.</summary>
    public IReadOnlyDictionary<string, NdArray> Inputs(string name)
    {
        NdArray Tensor(int[] values, params int[] shape) => new(shape, Array.ConvertAll(values, value => (double)value));
        var inputs = new Dictionary<string, NdArray>(StringComparer.Ordinal)
        {
            [name + ".own"] = Tensor(own, Length, Places),
            [name + ".parent"] = Tensor(parent, Length, Places),
            [name + ".lengths"] = Tensor(lengths, Places),
            [name + ".leaf"] = Tensor(leaf, Nodes),
        };
        for (int k = 0; k < Arity; k++)
            inputs[$"{name}.child{k}"] = Tensor(children[k], Length, Places);
        return inputs;
    }

    private static List<int[]> Steps(TreeList trees, int places)
    {
        // By depth: parents that become ready are shallower than the children just done.
        var ready = new SortedSet<(int Above, int Node)>(
            Enumerable.Range(0, trees.Count).Where(trees.IsLeaf).Select(node => (-trees.Depth(node), node)));
        int[] waiting = Enumerable.Range(0, trees.Count).Select(trees.ChildCount).ToArray();
        var steps = new List<int[]>();
        while (ready.Count > 0)
        {
            var chosen = ready.Take(places).ToArray();
            ready.ExceptWith(chosen);
            foreach (var (_, node) in chosen)
            {
                int above = trees.Parent(node);
                if (above >= 0 && --waiting[above] == 0)
                    ready.Add((-trees.Depth(above), above));
            }

            steps.Add(chosen.Select(item => item.Node).ToArray());
        }

        return steps;
    }
}
