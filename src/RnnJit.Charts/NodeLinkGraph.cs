namespace RnnJit.Charts;

/// <summary>The outline of a node.</summary>
public enum NodeKind
{
    Plain,

    /// <summary>A double line around it: an automaton that ends there accepts.</summary>
    Accepting,

    /// <summary>Filled: an input, a leaf, a word.</summary>
    Given,
}

/// <summary>Nodes at places of a grid, joined by arrows: automata, trees, networks unrolled through time.</summary>
public sealed class NodeLinkGraph : IPicture
{
    private const double Edge = 24;
    private const double TitleSize = 18;
    private const double NameSize = 13;
    private const double LabelSize = 12;
    private const double Radius = 20;

    private readonly Dictionary<string, Node> nodes = new(StringComparer.Ordinal);
    private readonly List<Link> links = [];

    public string Title { get; init; } = "";

    /// <summary>Distances between neighbouring columns and rows of the grid.</summary>
    public (double X, double Y) Spacing { get; init; } = (120, 100);

    /// <summary>Adds a node.</summary>
    /// <param name="id">What links call it.</param>
    /// <param name="name">What is written in it.</param>
    /// <param name="column">Its place from left to right; halves and the like are allowed.</param>
    /// <param name="row">Its place from top to bottom.</param>
    /// <exception cref="ArgumentException">The id is taken, or a place is not finite.</exception>
    public void AddNode(string id, string name, double column, double row, NodeKind kind = NodeKind.Plain)
    {
        if (!double.IsFinite(column) || !double.IsFinite(row))
            throw new ArgumentException($"The node '{id}' is at column {column} and row {row}, wanted finite numbers (change them)");
        if (!nodes.TryAdd(id, new Node(name, column, row, kind)))
            throw new ArgumentException($"The node '{id}' is there already (choose another id)");
    }

    /// <summary>Adds an arrow; one that ends where it begins is a loop above the node.</summary>
    /// <param name="label">Written beside its middle; empty for none.</param>
    /// <exception cref="ArgumentException">A node is not there.</exception>
    public void AddLink(string from, string to, string label = "")
    {
        foreach (string id in new[] { from, to })
        {
            if (!nodes.ContainsKey(id))
                throw new ArgumentException($"The arrow from '{from}' to '{to}' needs the node '{id}', found "
                    + $"{string.Join(", ", nodes.Keys)} (add the node first)");
        }

        links.Add(new Link(from, to, label));
    }

    /// <inheritdoc/>
    public string ToSvg()
    {
        if (nodes.Count == 0)
            throw new InvalidOperationException($"The graph '{Title}' has no node (add one before drawing)");
        double widest = nodes.Values.Max(HalfWidth), loop = links.Any(link => link.From == link.To) ? 40 : 0;
        double left = nodes.Values.Min(node => node.Column), top = nodes.Values.Min(node => node.Row);
        double titled = Title.Length > 0 ? TitleSize + 16 : 0;
        (double X, double Y) Place(Node node) => (
            Edge + widest + (node.Column - left) * Spacing.X, Edge + titled + loop + Radius + (node.Row - top) * Spacing.Y);

        double width = nodes.Values.Max(node => Place(node).X) + widest + Edge;
        double height = nodes.Values.Max(node => Place(node).Y) + Radius + Edge;
        var svg = new Svg(Math.Max(width, 2 * Edge + Svg.WidthOf(Title, TitleSize)), height, Title);
        if (Title.Length > 0)
            svg.Text(Edge, Edge + TitleSize - 4, Title, TitleSize, $"""class="title" font-weight="600" fill="{Svg.Ink}" """);
        foreach (var same in links.GroupBy(link => (link.From, link.To)))
        {
            string label = string.Join(", ", same.Select(link => link.Label).Where(label => label.Length > 0));
            Draw(svg, same.Key.From, same.Key.To, label, Place);
        }

        foreach (Node node in nodes.Values)
            Draw(svg, node, Place(node));
        return svg.Finish();
    }

    private static double HalfWidth(Node node) => Math.Max(Radius, Svg.WidthOf(node.Name, NameSize) / 2 + 8);

    private static void Draw(Svg svg, Node node, (double X, double Y) at)
    {
        string fill = node.Kind == NodeKind.Given ? "#dcebf5" : "#ffffff";
        svg.Line($"""<ellipse class="node" cx="{at.X}" cy="{at.Y}" rx="{HalfWidth(node)}" ry="{Radius}" fill="{fill}" """
            + $"""stroke="{Svg.Ink}" stroke-width="1.5"/>""");
        if (node.Kind == NodeKind.Accepting)
            svg.Line($"""<ellipse class="accepting" cx="{at.X}" cy="{at.Y}" rx="{HalfWidth(node) - 4}" ry="{Radius - 4}" """
                + $"""fill="none" stroke="{Svg.Ink}"/>""");
        svg.Text(at.X, at.Y + 4.5, node.Name, NameSize, $"""class="name" fill="{Svg.Ink}" text-anchor="middle" """);
    }

    // A way there and one back are bent apart.
    private void Draw(Svg svg, string from, string to, string label, Func<Node, (double X, double Y)> place)
    {
        Node first = nodes[from], last = nodes[to];
        var (a, b) = (place(first), place(last));
        if (from == to)
        {
            DrawLoop(svg, a, label);
            return;
        }

        double dx = b.X - a.X, dy = b.Y - a.Y, length = Math.Max(Math.Sqrt(dx * dx + dy * dy), 1e-9);
        bool back = links.Any(link => link.From == to && link.To == from) || IsCrossed(first, last);
        double bend = back ? Math.Min(34, length / 4) : 0;
        var middle = ((a.X + b.X) / 2 + bend * dy / length, (a.Y + b.Y) / 2 - bend * dx / length);
        var (start, end) = (Rim(first, a, middle), Rim(last, b, middle));
        svg.Line($"""<path class="link" d="M{start.X} {start.Y}Q{middle.Item1} {middle.Item2} {end.X} {end.Y}" fill="none" """
            + $"""stroke="{Svg.FaintInk}" stroke-width="1.4"/>""");
        Arrow.DrawHead(svg, end, middle, Svg.FaintInk);
        if (label.Length > 0)
            svg.Text((a.X + b.X) / 2 + (bend / 2 + 10) * dy / length, (a.Y + b.Y) / 2 - (bend / 2 + 10) * dx / length + 4, label, LabelSize,
                $"""class="label" fill="{Svg.Ink}" text-anchor="middle" """);
    }

    private static void DrawLoop(Svg svg, (double X, double Y) at, string label)
    {
        double top = at.Y - Radius;
        svg.Line($"""<path class="link loop" d="M{at.X - 9} {top + 2}C{at.X - 30} {top - 38} {at.X + 30} {top - 38} {at.X + 9} """
            + $"""{top + 2}" fill="none" stroke="{Svg.FaintInk}" stroke-width="1.4"/>""");
        Arrow.DrawHead(svg, (at.X + 9, top + 2), (at.X + 19, top - 18), Svg.FaintInk);
        if (label.Length > 0)
            svg.Text(at.X, top - 31, label, LabelSize, $"""class="label" fill="{Svg.Ink}" text-anchor="middle" """);
    }

    // Whether a straight way would go through another node of its row or column.
    private bool IsCrossed(Node a, Node b) => nodes.Values.Any(node => node != a && node != b
        && ((a.Row == b.Row && node.Row == a.Row && (node.Column - a.Column) * (node.Column - b.Column) < 0)
            || (a.Column == b.Column && node.Column == a.Column && (node.Row - a.Row) * (node.Row - b.Row) < 0)));

    // Where the line from the middle of a node towards a place leaves the node.
    private static (double X, double Y) Rim(Node node, (double X, double Y) at, (double X, double Y) towards)
    {
        double dx = towards.X - at.X, dy = towards.Y - at.Y, wide = HalfWidth(node);
        double share = Math.Sqrt(dx * dx / (wide * wide) + dy * dy / (Radius * Radius));
        return share < 1e-9 ? at : (at.X + dx / share, at.Y + dy / share);
    }

    private sealed record Node(string Name, double Column, double Row, NodeKind Kind);

    private sealed record Link(string From, string To, string Label);
}
