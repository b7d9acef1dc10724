namespace RnnJit.Passes;

/// <summary>Minimum s-t cut by shortest augmenting paths (Edmonds and Karp 1972); graphs here have some hundred nodes.</summary>
internal sealed class MinimumCut(int nodes)
{
    public const double Infinite = 1e18;

    private readonly List<(int To, int Reverse)>[] edges = Enumerable.Range(0, nodes).Select(_ => new List<(int, int)>()).ToArray();
    private readonly List<double>[] capacity = Enumerable.Range(0, nodes).Select(_ => new List<double>()).ToArray();

    public void Edge(int from, int to, double limit)
    {
        edges[from].Add((to, edges[to].Count));
        capacity[from].Add(limit);
        edges[to].Add((from, edges[from].Count - 1));
        capacity[to].Add(0);
    }

    /// <summary>The nodes on the source's side of a minimum cut.</summary>
    public bool[] SourceSide(int source, int sink)
    {
        while (true)
        {
            var (reached, parents) = Search(source);
            if (!reached[sink])
                return reached;
            double flow = Infinite;
            for (int v = sink; v != source; v = parents[v].Node)
                flow = Math.Min(flow, capacity[parents[v].Node][parents[v].Edge]);
            for (int v = sink; v != source; v = parents[v].Node)
            {
                var (node, edge) = parents[v];
                capacity[node][edge] -= flow;
                capacity[v][edges[node][edge].Reverse] += flow;
            }
        }
    }

    private (bool[] Reached, (int Node, int Edge)[] Parents) Search(int source)
    {
        var reached = new bool[nodes];
        var parents = new (int, int)[nodes];
        var queue = new Queue<int>([source]);
        reached[source] = true;
        while (queue.Count > 0)
        {
            int v = queue.Dequeue();
            for (int e = 0; e < edges[v].Count; e++)
            {
                int to = edges[v][e].To;
                if (reached[to] || capacity[v][e] <= 1e-9)
                    continue;
                reached[to] = true;
                parents[to] = (v, e);
                queue.Enqueue(to);
            }
        }

        return (reached, parents);
    }
}
