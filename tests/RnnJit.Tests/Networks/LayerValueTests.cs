using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Tests.Networks;

/// <summary>A layer stands for its output, and gives all that its cell gives.</summary>
public class LayerValueTests
{
    [Test]
    public void A_layer_has_the_operators_of_a_value()
    {
        var net = new NetworkBuilder("Operators");
        Value x = net.Input("x", "T", "B", 2);
        RecurrentLayer a = net.Recurrent("a", CellRegistry.Find(typeof(Elman)), x, 2),
            b = net.Recurrent("b", CellRegistry.Find(typeof(Elman)), x, 2);
        Value h = a, g = b;
        foreach (var (layer, plain) in ((Value, Value)[])
        [
            (a + b, h + g), (a - b, h - g), (a * b, h * g), (a / b, h / g), (a + x, h + x), (x - a, x - h), (a * x, h * x), (x / a, x / h),
            (a + 2, h + 2), (2 - a, 2 - h), (a * 2, h * 2), (2 / a, 2 / h), (-a, -h), (a - 2, h - 2), (a / 2, h / 2), (2 + a, 2 + h),
            (2 * a, 2 * h),
            (x + a, x + h), (a - x, h - x), (x * a, x * h), (a / x, h / x),
        ])
        {
            net.Output("l" + layer.Id, layer);
            net.Output("p" + plain.Id, plain);
        }

        Graph program = net.Build();
        for (int i = 0; i < program.Outputs.Count - 2; i += 2)
        {
            Node first = program.Nodes[program.Values.Node(program.Outputs[i].Value)],
                second = program.Nodes[program.Values.Node(program.Outputs[i + 1].Value)];
            Assert.That(first, Is.EqualTo(second), program.Outputs[i].Name);
        }
    }

    [Test]
    public void Sequences_of_a_cell_are_found_by_name()
    {
        var net = new NetworkBuilder("Sequences");
        Value x = net.Input("x", "T", "B", 2);
        RecurrentLayer layer =
            net.Recurrent("a", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", 3), new RecurrentOptions { Direction = Direction.Both });
        Assert.That(layer.Sequences.Keys, Is.EquivalentTo(["h", "c", "reverse.h", "reverse.c"]));
        Assert.That(layer.Sequences["reverse.c"].Type.ToString(), Is.EqualTo("f32[T, B, H]"));
        Assert.That(() => layer.Sequences["a"], Throws.TypeOf<UnknownNameException>().With.Message.EqualTo(
            "Layer 'a' has no sequence 'a' (its sequences are h, c, reverse.h, reverse.c)"));
        Assert.That(() => layer.Finals["m"], Throws.TypeOf<UnknownNameException>().With.Message.Contains("no final state 'm'"));
    }

    [Test]
    public void A_stack_gives_its_layers_and_the_values_of_the_top_one()
    {
        var net = new NetworkBuilder("Stacked");
        CellDefinition cell = CellRegistry.Find(typeof(Gru));
        Value x = net.Input("x", "T", "B", 3);
        RecurrentLayer plain = net.Stack("plain", cell, x, 2, net.Size("H", 3));
        Assert.That(plain.Layers, Has.Count.EqualTo(2));
        Assert.That(plain.Output, Is.SameAs(plain.Layers[1].Output));
        Assert.That(plain.Last, Is.SameAs(plain.Layers[1].Finals["h"]));
        Assert.That(plain.Sequences["h"], Is.SameAs(plain.Layers[1].Sequences["h"]));
        RecurrentLayer residual = net.Stack("residual", cell, x, 2, net.Size("H", 3), new StackOptions { Skip = Skip.Residual });
        Assert.That(() => residual.Last, Throws.TypeOf<GraphException>().With.Message.Contains("read Layers[^1].Last"));
        Assert.That(residual.Layers[1].Last, Is.SameAs(residual.Finals["h"]));
    }
}
