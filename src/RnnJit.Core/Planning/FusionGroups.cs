using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Planning;

/// <summary>The assignment of a region's nodes to kernels.</summary>
internal sealed partial class FusionGroups
{
    private readonly Graph graph;
    private readonly Group?[] groupOf;
    private readonly int[] levels;
    private List<Group> groups = [];
    private readonly List<int>[] users;
    private readonly IReadOnlyDictionary<int, ScheduledMatMul> starts;
    private readonly HashSet<int> startedProducts;
    private readonly HashSet<int> results;

    /// <param name="starts">Whether products take additions over.</param>
    public FusionGroups(Graph graph, bool starts)
    {
        this.graph = graph;
        this.starts = starts ? AccumulatorInits.Of(graph) : new Dictionary<int, ScheduledMatMul>();
        startedProducts = [.. this.starts.Values.Select(sum => sum.Product)];
        results = [.. graph.Outputs.Select(output => output.Value)];
        groupOf = new Group?[graph.Nodes.Count];
        levels = new int[graph.Nodes.Count];
        users = Enumerable.Range(0, graph.Values.Count).Select(_ => new List<int>()).ToArray();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            foreach (int operand in graph.Nodes[n].Operands.Distinct())
                users[operand].Add(n);
        }
    }

    private sealed class Group(KernelDomain domain, int level)
    {
        public KernelDomain Domain { get; set; } = domain;

        public int Level { get; } = level;

        /// <summary>Ascending.</summary>
        public List<int> Nodes { get; } = [];

        /// <summary>True if the kernel refused a node because of its limits.</summary>
        public bool IsFull { get; set; }

        /// <summary>Operands of the nodes, their own values among them; those of nodes that have moved on stay.</summary>
        public HashSet<int> Read { get; } = [];

        /// <summary>Values of <see cref="Read"/> that no node of the kernel makes, without constants of rank 0.</summary>
        public HashSet<int> Inputs { get; } = [];

        public void Add(int node)
        {
            int at = Nodes.BinarySearch(node);
            if (at < 0)
                Nodes.Insert(~at, node);
        }
    }

    // Nodes of a kernel that share operands, and what they read and make.
    private sealed record Part(HashSet<int> Nodes, HashSet<int> Values);

    private sealed record Entry(int Level, int First, ScheduledOp Op);

    /// <summary>Kernels that may still grow, over the same rows, sorted by level and then age: a node is offered no kernel below the level
    /// of its operands.</summary>
    private sealed class OpenGroups
    {
        private readonly List<Group> groups = [];

        public void Add(Group group) => groups.Insert(First(group.Level + 1), group);

        public void Remove(Group group) => groups.Remove(group);

        public IEnumerable<Group> From(int level) => groups.Skip(First(level));

        // The first kernel of this level or a higher one.
        private int First(int level)
        {
            int low = 0, high = groups.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = groups[middle].Level < level ? (middle + 1, high) : (low, middle);
            }

            return low;
        }
    }

    /// <summary>Assigns every node to the earliest kernel of its domain that runs after all of the node's operands.</summary>
    /// <param name="share">False: a kernel of its own for every node.</param>
    public void Form(bool share)
    {
        var open = new Dictionary<EquatableArray<Dim>, OpenGroups>();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            if (node.Op.Family == OpFamily.Leaf)
                continue;
            if (starts.ContainsKey(n) || KernelDomain.Of(graph, n) is not { } domain)
            {
                levels[n] = Makers(node).Select(maker => levels[maker] + 1).DefaultIfEmpty(1).Max();
                continue;
            }

            if (!open.TryGetValue(domain.Rows, out OpenGroups? alike))
                open[domain.Rows] = alike = new OpenGroups();
            int lowest = Makers(node).Select(maker => levels[maker]).DefaultIfEmpty(0).Max();
            Group? group = share ? alike.From(lowest).FirstOrDefault(candidate => Fits(candidate, node, domain)) : null;
            if (group is null)
            {
                IEnumerable<Group> makers = share ? Makers(node).Select(made => groupOf[made]).OfType<Group>() : [];
                foreach (Group full in makers.Where(maker => IsBehind(maker, node) && Takes(maker, node, domain)))
                    full.IsFull = true;
                groups.Add(group = new Group(domain, lowest + 1));
                alike.Add(group);
            }

            group.Domain = group.Domain.Join(domain)!;
            Put(n, group);
            if (group.Nodes.Count >= Fuse.MostOperations)
                alike.Remove(group);
        }
    }

    private IEnumerable<int> Makers(Node node) =>
        node.Operands.Select(graph.Values.Node).Where(maker => maker >= 0 && graph.Nodes[maker].Op.Family != OpFamily.Leaf);

    // Everything the node reads comes from below or from the kernel itself.
    private bool IsBehind(Group group, Node node)
    {
        foreach (int operand in node.Operands)
        {
            int maker = graph.Values.Node(operand);
            if (maker >= 0 && graph.Nodes[maker].Op.Family != OpFamily.Leaf && groupOf[maker] != group && levels[maker] >= group.Level)
                return false;
        }

        return true;
    }

    // The cheapest check first: most kernels that run after a node's operands are full.
    private bool Fits(Group group, Node node, KernelDomain domain) =>
        HasRoom(group, node) && IsBehind(group, node) && Takes(group, node, domain);

    // Everything the node reads has a place in the joined domain.
    private bool Takes(Group group, Node node, KernelDomain domain) =>
        group.Domain.Join(domain) is { } joined && node.Operands.All(operand => joined.Place(graph.Values.Type(operand)) is not null);

    // Work that grows a kernel beyond its bounds begins another one.
    private bool HasRoom(Group group, Node node)
    {
        int inputs = group.Inputs.Count;
        if (inputs + node.Operands.Count > Fuse.MostInputs)
        {
            foreach (int operand in node.Operands.Distinct())
                inputs += !group.Inputs.Contains(operand) && IsRead(group, operand) ? 1 : 0;
        }

        return inputs <= Fuse.MostInputs && group.Nodes.Count < Fuse.MostOperations;
    }

    private bool IsRead(Group group, int operand) =>
        !IsScalar(operand) && (graph.Values.Node(operand) is not (int maker and >= 0) || groupOf[maker] != group);

    private void Put(int node, Group group)
    {
        int value = graph.Values.FirstResult(node);
        if (groupOf[node] is { } from && from.Nodes.Remove(node) && from.Read.Contains(value))
            from.Inputs.Add(value);
        group.Add(node);
        groupOf[node] = group;
        levels[node] = group.Level;
        group.Inputs.Remove(value);
        group.Read.UnionWith(graph.Nodes[node].Operands);
        group.Inputs.UnionWith(graph.Nodes[node].Operands.Where(operand => IsRead(group, operand)));
    }

    // a · b ± c is one operation with one rounding: its parts stand in one kernel however large that is, so that
    // the bounds change no bit of a result.
    private bool IsFused(int node) => graph.Nodes[node].Op is MulOp && users[graph.Values.FirstResult(node)] is { Count: 1 } only
        && graph.Nodes[only[0]].Op is AddOp or SubOp;

    /// <summary>Moves work whose only reader is a later kernel of the same domain into that kernel.</summary>
    public void Sink()
    {
        var outputs = new HashSet<int>(graph.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => output.Value));
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            int value = graph.Values.FirstResult(n);
            if (groupOf[n] is not { } from || outputs.Contains(value)
                || graph.Nodes[n].Op.Family is not (OpFamily.Elementwise or OpFamily.Reduction))
                continue;
            Group?[] readers = users[value].Select(user => groupOf[user]).Distinct().ToArray();
            if (readers.Length != 1 || readers[0] is not { } to || to == from || to.Domain.Join(from.Domain) is not { } joined
                || graph.Nodes[n].Operands.Any(operand => joined.Place(graph.Values.Type(operand)) is null))
                continue;
            if (!IsFused(n) && !HasRoom(to, graph.Nodes[n]))
            {
                to.IsFull = true;
                continue;
            }

            to.Domain = joined;
            Put(n, to);
        }
    }

    /// <summary>Splits nodes without common operands into kernels of their own, so that a kernel does not depend on unrelated nodes of the
    /// same level, such as another layer's.</summary>
    public void Separate()
    {
        var separate = new List<Group>();
        foreach (Group group in groups)
        {
            var parts = new List<Part>();
            foreach (int n in group.Nodes)
            {
                int[] touched = [.. graph.Nodes[n].Operands.Where(operand => !IsScalar(operand)), graph.Values.FirstResult(n)];
                var joined = new Part([n], [.. touched]);
                foreach (Part part in parts.Where(part => part.Values.Overlaps(touched)).ToArray())
                {
                    parts.Remove(part);
                    joined.Nodes.UnionWith(part.Nodes);
                    joined.Values.UnionWith(part.Values);
                }

                parts.Add(joined);
            }

            if (parts.Count < 2)
            {
                separate.Add(group);
                continue;
            }

            foreach (Part part in parts)
            {
                KernelDomain joined = part.Nodes.Select(n => KernelDomain.Of(graph, n)!).Aggregate((a, b) => a.Join(b)!);
                var apart = new Group(joined, group.Level) { IsFull = group.IsFull };
                separate.Add(apart);
                foreach (int n in part.Nodes)
                {
                    apart.Add(n);
                    groupOf[n] = apart;
                }
            }
        }

        groups = separate;
    }

    public IEnumerable<ScheduledOp> Schedule()
    {
        var entries = new List<Entry>();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (groupOf[n] is null && !startedProducts.Contains(n) && graph.Nodes[n].Op.Family != OpFamily.Leaf)
                entries.Add(new Entry(levels[n], n, starts.TryGetValue(n, out ScheduledMatMul? product) ? product : new ScheduledNode(n)));
        }

        foreach (Group group in groups.Where(group => group.Nodes.Count > 0))
            entries.Add(new Entry(group.Level, group.Nodes[0], Kernel(group)));

        // No two begin with the same node.
        entries.Sort((a, b) => a.Level != b.Level ? a.Level.CompareTo(b.Level) : a.First.CompareTo(b.First));
        return entries.Select(entry => entry.Op);
    }

    private bool IsScalar(int value) =>
        graph.Values.Node(value) is int maker and >= 0 && graph.Nodes[maker].Op is ConstantOp { Type.Rank: 0 };
}
