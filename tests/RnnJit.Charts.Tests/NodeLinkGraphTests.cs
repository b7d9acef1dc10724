using static RnnJit.Charts.Tests.LineChartTests;

namespace RnnJit.Charts.Tests;

internal sealed class NodeLinkGraphTests
{
    [Test]
    public void An_automaton_has_its_nodes_arrows_and_labels()
    {
        var graph = new NodeLinkGraph { Title = "t" };
        graph.AddNode("a", "A", 0, 0, NodeKind.Accepting);
        graph.AddNode("b", "<B>", 1, 0);
        graph.AddLink("a", "b", "0");
        graph.AddLink("b", "a", "1");
        graph.AddLink("a", "a", "1");
        graph.AddLink("a", "a", "2");
        var svg = Parse(graph.ToSvg());
        var nodes = Elements(svg, "ellipse", "node").ToArray();

        Assert.That(nodes, Has.Length.EqualTo(2));
        Assert.That(Number(nodes[1], "cx") - Number(nodes[0], "cx"), Is.EqualTo(120));
        Assert.That(Elements(svg, "ellipse", "accepting").Count(), Is.EqualTo(1));
        Assert.That(Texts(svg, "name"), Is.EqualTo(new[] { "A", "<B>" }));
        Assert.That(Texts(svg, "label"), Is.EqualTo(new[] { "0", "1", "1, 2" }));
        Assert.That(Elements(svg, "path", "link").Count(), Is.EqualTo(2));
        Assert.That(Elements(svg, "path", "link loop").Count(), Is.EqualTo(1));
        Assert.That(Elements(svg, "polygon", "head").Count(), Is.EqualTo(3));
    }

    [Test]
    public void Ways_there_and_back_are_bent_apart()
    {
        var graph = new NodeLinkGraph();
        graph.AddNode("a", "a", 0, 0);
        graph.AddNode("b", "b", 1, 0);
        graph.AddLink("a", "b");
        string straight = Elements(Parse(graph.ToSvg()), "path", "link").Single().Attribute("d")!.Value;
        graph.AddLink("b", "a");
        string[] bent = [.. Elements(Parse(graph.ToSvg()), "path", "link").Select(link => link.Attribute("d")!.Value)];
        Assert.That(bent, Does.Not.Contain(straight));
        Assert.That(bent[0], Is.Not.EqualTo(bent[1]));
    }

    [Test]
    public void Every_node_is_inside_the_picture()
    {
        var tree = new NodeLinkGraph { Title = "a title that is longer than the tree is wide" };
        for (int row = 0; row < 4; row++)
        {
            for (int i = 0; i < 1 << row; i++)
                tree.AddNode($"{row}.{i}", $"node {i}", (i + 0.5) * (8 >> row) - 20, row, row == 3 ? NodeKind.Given : NodeKind.Plain);
            for (int i = 0; row > 0 && i < 1 << row; i++)
                tree.AddLink($"{row - 1}.{i / 2}", $"{row}.{i}");
        }

        var svg = Parse(tree.ToSvg());
        foreach (var node in Elements(svg, "ellipse", "node"))
        {
            Assert.That(Number(node, "cx"), Is.InRange(Number(node, "rx"), Number(svg, "width") - Number(node, "rx")));
            Assert.That(Number(node, "cy"), Is.InRange(20, Number(svg, "height") - 20));
        }

        Assert.That(Elements(svg, "polygon", "head").Count(), Is.EqualTo(14));
    }

    [Test]
    public void What_cannot_be_drawn_is_refused()
    {
        var graph = new NodeLinkGraph { Title = "tree" };
        Assert.That(graph.ToSvg, Throws.InvalidOperationException.With.Message.Contains("'tree' has no node"));
        graph.AddNode("a", "a", 0, 0);
        Assert.That(() => graph.AddNode("a", "b", 1, 0), Throws.ArgumentException.With.Message.Contains("'a' is there already"));
        Assert.That(() => graph.AddNode("b", "b", double.NaN, 0), Throws.ArgumentException.With.Message.Contains("wanted finite numbers"));
        Assert.That(() => graph.AddLink("a", "b"), Throws.ArgumentException.With.Message.Contains("needs the node 'b', found a"));
    }
}
