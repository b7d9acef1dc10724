namespace RnnJit.Passes;

/// <summary>
/// Minimum s-t cut by blocking flows (Dinic 1970): every search finds the distances of all nodes, and flow is sent along all shortest ways
/// before the next one. The side of the source is what a maximum flow leaves reachable from it, the same for every maximum flow.
/// </summary>
internal sealed class MinimumCut(int nodes)
{
    public const double Infinite = 1e18;

    private const double Least = 1e-9;

    // An edge and its reverse stand side by side.
    private readonly List<(int To, double Capacity)> edges = [];
    private readonly List<int>[] edgesOf = Enumerable.Range(0, nodes).Select(_ => new List<int>()).ToArray();

    public void Edge(int from, int to, double limit)
    {
        edgesOf[from].Add(edges.Count);
        edges.Add((to, limit));
        edgesOf[to].Add(edges.Count);
        edges.Add((from, 0));
    }

    /// <summary>The nodes on the source's side of a minimum cut.</summary>
    public bool[] SourceSide(int source, int sink)
    {
        int[] distances = Distances(source);
        for (; distances[sink] >= 0; distances = Distances(source))
            Block(source, sink, distances);
        return distances.Select(distance => distance >= 0).ToArray();
    }

    // Distance of each node from the source over edges with residual capacity; −1 for unreachable nodes.
    private int[] Distances(int source)
    {
        int[] distances = Enumerable.Repeat(-1, nodes).ToArray();
        var queue = new Queue<int>([source]);
        distances[source] = 0;
        while (queue.Count > 0)
        {
            int v = queue.Dequeue();
            foreach (int edge in edgesOf[v])
            {
                var (to, capacity) = edges[edge];
                if (distances[to] >= 0 || capacity <= Least)
                    continue;
                distances[to] = distances[v] + 1;
                queue.Enqueue(to);
            }
        }

        return distances;
    }

    // Sends flow until every shortest way has a full edge. A node looks at each of its edges once.
    private void Block(int source, int sink, int[] distances)
    {
        var next = new int[nodes];
        var way = new List<int>();
        int v = source;
        while (true)
        {
            if (v == sink)
            {
                int full = Send(way);
                v = edges[way[full] ^ 1].To;
                way.RemoveRange(full, way.Count - full);
            }
            else if (next[v] == edgesOf[v].Count)
            {
                if (way.Count == 0)
                    return;
                v = edges[way[way.Count - 1] ^ 1].To;
                way.RemoveAt(way.Count - 1);
                next[v]++;
            }
            else if (edges[edgesOf[v][next[v]]] is var (to, capacity) && capacity > Least && distances[to] == distances[v] + 1)
            {
                way.Add(edgesOf[v][next[v]]);
                v = to;
            }
            else
            {
                next[v]++;
            }
        }
    }

    // As much as the way takes; returns the place of its first full edge.
    private int Send(List<int> way)
    {
        double flow = way.Min(edge => edges[edge].Capacity);
        foreach (int edge in way)
        {
            edges[edge] = (edges[edge].To, edges[edge].Capacity - flow);
            edges[edge ^ 1] = (edges[edge ^ 1].To, edges[edge ^ 1].Capacity + flow);
        }

        return way.FindIndex(edge => edges[edge].Capacity <= Least);
    }
}
