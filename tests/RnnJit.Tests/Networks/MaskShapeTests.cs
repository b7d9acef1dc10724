using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Tests.Networks;

/// <summary>A mask of the wrong shape: one sentence that names it, its shape and what was wanted, when the network is
/// built or when it is filled.</summary>
public class MaskShapeTests
{
    private const int T = 4, B = 3, X = 2, H = 5;

    private static readonly CellDefinition Cell = CellTracer.Trace(typeof(Lstm));

    [TestCase("B", "T", "1", "f32[B, T, 1]")]
    [TestCase("T", "B", "H", "f32[T, B, H]")]
    [TestCase("T", "B", null, "f32[T, B]")]
    public void A_step_mask_has_a_number_for_each_step_of_each_row(string first, string second, string? third, string found)
    {
        var net = new NetworkBuilder("Wrong");
        Value mask = net.Input("mask", third is null ? [first, second] : [first, second, Dim.Parse(third)]);
        Assert.That(
            () => net.Recurrent("layer", Cell, net.Input("x", "T", "B", X), net.Size("H", H), new RecurrentOptions { StepMask = mask }),
            Refused("RNNJ160",
                $"The step mask of layer 'layer' is {found}, wanted f32[T, B, 1], a number for each step of each row (give that shape)"));
    }

    [TestCase("cpu")]
    [TestCase("interpreter")]
    public void A_step_mask_is_filled_with_its_shape(string device)
    {
        var net = new NetworkBuilder("Wrong");
        net.Output("y", net.Recurrent("layer", Cell, net.Input("x", "T", "B", X), net.Size("H", H),
            new RecurrentOptions { StepMask = net.Input("mask", "T", "B", 1) }).Output);
        using var model = new Model(net, new ModelOptions { Device = Device.Parse(device) });
        using Session session = model.Open(new SessionOptions { Steps = T, Batch = B });
        Assert.That(() => session.Set("mask", new NdArray([B, T, 1])),
            Refused("RNNJ151", "'mask' was given [3, 4, 1] but f32[T, B, 1] wants [4, 3, 1] (give that shape)"));
        Assert.That(() => session.Set("mask", new NdArray([T, B, 1])), Throws.Nothing);
    }

    // Of layers in between, of the recurrence, of weights.
    [TestCase("layer0.mask", "f32[T, B, H] wants [4, 3, 5]")]
    [TestCase("layer0.h_mask", "f32[B, H] wants [3, 5]")]
    [TestCase("layer0.h_zone", "f32[T, B, H] wants [4, 3, 5]")]
    [TestCase("layer0.Ui_mask", "f32[H, H] wants [5, 5]")]
    public void Masks_of_dropout_are_filled_with_their_shape(string name, string wanted)
    {
        var net = new NetworkBuilder("Wrong");
        CellDefinition cell = Cell.WithDropConnect(0.2).WithVariationalDropout(0, 0.2).WithZoneout(0.1);
        net.Output("loss",
            Rnn.Total(net.Stack("layer", cell, net.Input("x", "T", "B", X), 1, net.Size("H", H), new StackOptions { Dropout = 0.1 })));
        using Executable executable = Executable.Create(net.Build(),
            new ExecutableOptions { Sizes = new Dictionary<string, int>(net.Sizes) { ["T"] = T, ["B"] = B }, Device = Device.Interpreter });
        Assert.That(executable.Program.Inputs.Select(port => port.Name), Does.Contain(name));
        Assert.That(() => executable.Set(name, new NdArray([7, 1])),
            Refused("RNNJ151", $"'{name}' was given [7, 1] but {wanted} (give that shape)"));
    }

    [Test]
    public void A_mask_that_stands_for_a_cells_own_is_named()
    {
        var net = new NetworkBuilder("Wrong");
        Value mask = net.Input("mine", "B", "T");
        Assert.That(
            () => net.Recurrent("layer", Cell.WithVariationalDropout(0, 0.2), net.Input("x", "T", "B", X), net.Size("H", H),
                new Dictionary<string, Value> { ["h_mask"] = mask }),
            Refused("RNNJ160", "Cell 'Lstm' needs 'h_mask': f32[B, H], found f32[B, T] (change one of them)"));
    }

    [Test]
    public void A_mask_of_attention_has_a_number_for_each_position_of_a_row([Values] bool steps)
    {
        var builder = new GraphBuilder();
        Value scores = builder.Input("e", new TensorType(ElementType.F32, steps ? ["B", "T", "S"] : ["B", "S"]));
        Value mask = builder.Input("mask", new TensorType(ElementType.F32, "S", "B"));
        Assert.That(
            () => Attention.Weights(scores, mask),
            Refused("RNNJ144",
                $"The mask of attention is f32[S, B] for scores {scores.Type}, wanted [B, S], a number for each position of a row's "
                    + "memory (give that shape)"));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refused(string id, string sentence) =>
        Throws.TypeOf<GraphException>().With.Message.EqualTo(sentence).And.Property("Id").EqualTo(id);
}
