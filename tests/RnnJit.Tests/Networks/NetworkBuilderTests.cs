using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Text;
using RnnJit.Training;
using RnnJit.Verify;

namespace RnnJit.Tests.Networks;

public class NetworkBuilderTests
{
    private static NetworkBuilder Network(double dropout = 0.5)
    {
        var net = new NetworkBuilder("Test");
        Value x = net.Input("x", "T", "B", 3);
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", 5));
        h = net.Recurrent("layer1", CellRegistry.Find(typeof(Gru)), net.Dropout("layer0", h, dropout), net.Size("K", 4));
        Value y = net.Output("y", net.Dense("head", h, 2));
        net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 2)));
        return net;
    }

    [Test]
    public void A_network_is_a_program_whose_text_is_exact()
    {
        Graph program = Network().Build();
        Verifier.Check(program);
        Assert.That(Parser.Parse(program.ToString()), Is.EqualTo(program));
        Assert.That(program.Inputs.Where(port => port.Role == PortRole.State).Select(port => port.Name),
            Is.EqualTo(new[] { "layer0.h0", "layer0.c0", "layer1.h0" }));
        Assert.That(program.Outputs.Select(output => output.Name), Is.EqualTo(new[] { "y", "loss", "layer0.h", "layer0.c", "layer1.h" }));
        Assert.That(program.Inputs[program.InputIndex("layer1.Uz")].Type.ToString(), Is.EqualTo("f32[K, K]"));
    }

    [Test]
    public void The_differentiated_program_has_a_gradient_for_each_parameter()
    {
        Graph program = Network().Build(), training = Trainer.Program(program);
        Verifier.Check(training);
        foreach (Port port in program.Inputs.Where(port => port.Role == PortRole.Parameter))
            Assert.That(
                training.Values.Type(training.Outputs[training.OutputIndex("d_" + port.Name)].Value), Is.EqualTo(port.Type), port.Name);
    }

    [Test]
    public void Dimensions_that_no_input_shows_are_given()
    {
        var net = new NetworkBuilder("Test");
        Value x = net.Input("x", "T", "B", 3);
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(LstmProjected)), x, net.Size("H", 5),
            new RecurrentOptions { Dims = new Dictionary<string, Dim> { ["R"] = 2 } }).Output;
        Assert.That(h.Type.ToString(), Is.EqualTo("f32[T, B, 2]"));
        Assert.That(
            () => net.Recurrent("layer1", CellRegistry.Find(typeof(MultiplicativeRnn)), x, "H"),
            Throws.TypeOf<GraphException>().With.Message.EqualTo(
                "Cell 'MultiplicativeRnn': nothing gives the size of 'M' in 'Wm': f32[M, X] (give it in RecurrentOptions.Dims, "
                    + "name it H or fix it with [Dims])"));
    }

    [Test]
    public void A_delayed_input_feeds_a_convolution_over_time()
    {
        var net = new NetworkBuilder("Test");
        Value x = net.Input("x", "T", "B", 3);
        Value before = net.Recurrent("before", CellRegistry.Find(typeof(Delay)), x, 3);
        Value h = net.Recurrent("layer0", CellRegistry.Find(typeof(QrnnFo)), x, net.Size("H", 5),
            new Dictionary<string, Value> { ["before"] = before });
        net.Output("y", h);
        Assert.That(() => Verifier.Check(net.Build()), Throws.Nothing);
        Assert.That(h.Type.ToString(), Is.EqualTo("f32[T, B, H]"));
    }

    [Test]
    public void Outside_training_masks_and_targets_are_gone()
    {
        using var model = new Model(Network());
        using Session session = model.Open(new SessionOptions { Steps = 4, Batch = 2 });
        Assert.That(session.Program.Inputs.Select(port => port.Name), Has.None.EqualTo("layer0.mask").And.None.EqualTo("target"));
        Assert.That(session.State.Names, Has.Count.EqualTo(3));
    }

    [Test]
    public void Dropout_of_rate_0_adds_nothing() => Assert.That(Network(0).Build().InputIndex("layer0.mask"), Is.EqualTo(-1));

    [Test]
    public void A_mask_keeps_its_share_and_repeats_for_the_same_step_only()
    {
        double[] Drawn(int update) => DrawnMask.Of(MaskPort.Dropout("mask", 0.2), new TensorType(ElementType.F32, "T", "B", "H"), update);
        double[] first = Drawn(5);
        Assert.That(Drawn(5), Is.EqualTo(first));
        Assert.That(Drawn(6), Is.Not.EqualTo(first));
        Assert.That(first.Distinct().Order(), Is.EqualTo(new[] { 0, 1.25 }));

        // 10,000 draws: six standard deviations are 6 √(0.2 · 0.8 / 10000) = 0.024.
        Assert.That(first.Count(value => value == 0) / 10_000.0, Is.EqualTo(0.2).Within(0.024));
    }

    [Test]
    public void An_input_and_an_output_may_share_a_name()
    {
        var net = new NetworkBuilder("Shared");
        Value y = net.Input("y", "T", "B", 3);
        net.Output("y", 2 * y);
        Assert.That(() => net.Output("y", y), Throws.TypeOf<GraphException>().With.Message.Contains("'y' is declared twice"));
        Graph read = Text.Parser.Parse(Text.Printer.Print(net.Build()));
        Verify.Verifier.Check(read);
        Assert.That((read.Inputs[0].Name, read.Outputs[0].Name), Is.EqualTo(("y", "y")));
    }

    [Test]
    public void Wrong_networks_are_refused()
    {
        var net = new NetworkBuilder("Wrong");
        Value x = net.Input("x", "T", "B", 3);
        Assert.That(() => net.Build(), Throws.TypeOf<GraphException>().With.Message.Contains("has no output"));
        Assert.That(() => net.Input("x", "T"), Throws.TypeOf<GraphException>().With.Message.Contains("'x' is declared twice"));
        Assert.That(() => net.Size("H", 0), Throws.TypeOf<GraphException>().With.Message.Contains("is 0"));
        net.Size("H", 3);
        Assert.That(() => net.Size("H", 4), Throws.TypeOf<GraphException>().With.Message.Contains("'H' has size 3, found 4"));
        Assert.That(() => net.Dropout("d", x, 1), Throws.TypeOf<GraphException>().With.Message.Contains("below 1"));
    }
}
