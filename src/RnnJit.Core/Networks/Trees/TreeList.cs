using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>Trees side by side, each found to be one: every child exists, has one parent, and no node is below itself.</summary>
internal sealed class TreeList
{
    private readonly List<IReadOnlyList<int>> children = [];
    private readonly int[] parents;
    private readonly int[] depths;

    /// <exception cref="GraphException">RNNJ145: there is no node, or something is no tree.</exception>
    public TreeList(IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> trees)
    {
        if (trees.Sum(tree => tree.Count) == 0)
            throw new GraphException("RNNJ145", "There is no node in the trees (give at least one tree with a node)");

        parents = Enumerable.Repeat(-1, trees.Sum(tree => tree.Count)).ToArray();
        depths = Enumerable.Repeat(-1, parents.Length).ToArray();
        for (int tree = 0; tree < trees.Count; tree++)
            Append(trees[tree], tree);
        Levels = depths.Max() + 1;
        Arity = children.Max(list => list.Count);
    }

    public int Count => parents.Length;

    /// <summary>Nodes on the longest way from a root to a leaf.</summary>
    public int Levels { get; }

    public int Arity { get; }

    public int Parent(int node) => parents[node];

    public int Child(int node, int k) => k < children[node].Count ? children[node][k] : -1;

    public int ChildCount(int node) => children[node].Count(child => child >= 0);

    public bool IsLeaf(int node) => ChildCount(node) == 0;

    /// <summary>0 at the root.</summary>
    public int Depth(int node) => depths[node];

    private void Append(IReadOnlyList<IReadOnlyList<int>> tree, int number)
    {
        int first = children.Count;
        for (int node = 0; node < tree.Count; node++)
        {
            foreach (int child in tree[node].Where(child => child != -1))
                Adopt(first, tree.Count, node, child, number);
            children.Add(tree[node].Select(child => child < 0 ? -1 : first + child).ToArray());
        }

        for (int node = first; node < children.Count; node++)
        {
            if (parents[node] < 0)
                Descend(node);
        }

        for (int node = first; node < children.Count; node++)
        {
            if (depths[node] < 0)
                throw Cycle(node, first, number);
        }
    }

    // No root reaches the node, so the way up from it ends in a cycle.
    private GraphException Cycle(int node, int first, int tree)
    {
        var seen = new HashSet<int>();
        while (seen.Add(node))
            node = parents[node];
        return new GraphException("RNNJ145",
            $"Tree {tree}: node {parents[node] - first} is below itself through its child {node - first} (a tree has no cycle)");
    }

    private void Adopt(int first, int count, int node, int child, int tree)
    {
        if (child < 0 || child >= count)
            throw new GraphException("RNNJ145",
                $"Tree {tree}: node {node} has the child {child}, wanted 0 to {count - 1} (number the nodes of a tree from 0)");
        if (parents[first + child] >= 0)
            throw new GraphException("RNNJ145",
                $"Tree {tree}: node {child} is a child of node {parents[first + child] - first} and of node {node} "
                    + "(a node has one parent)");
        parents[first + child] = first + node;
    }

    private void Descend(int root)
    {
        var open = new Stack<int>();
        open.Push(root);
        depths[root] = 0;
        while (open.Count > 0)
        {
            int node = open.Pop();
            foreach (int child in children[node].Where(child => child >= 0))
            {
                depths[child] = depths[node] + 1;
                open.Push(child);
            }
        }
    }
}
