using RnnJit.Cells;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Import.Tests;

/// <summary>Models that were built here, as weights of other libraries and back.</summary>
public class NativeModelTests
{
    private static readonly Type[] Cells = [typeof(Lstm), typeof(LstmProjected), typeof(GruResetAfter), typeof(Elman), typeof(ElmanRelu)];

    [Test]
    public void A_stack_is_a_module_of_PyTorch_whose_second_bias_is_0([ValueSource(nameof(Cells))] Type cell, [Values] bool both)
    {
        using Model model = Stack(cell, both);
        Dictionary<string, SafetensorsTensor> written = model.ToPyTorch().ToDictionary();
        Assert.That(written.Keys,
            Does.Contain("layer.weight_hh_l1" + (both ? "_reverse" : "")).And.Contain("emb.weight").And.Contain("head.bias"));
        if (cell != typeof(GruResetAfter))
            Assert.That(written["layer.bias_hh_l0"].ToSingle(), Is.All.Zero);

        using Model again = Model.FromPyTorch(written, new PyTorchOptions
        {
            Nonlinearity = cell == typeof(ElmanRelu) ? Nonlinearity.Relu : Nonlinearity.Tanh,
        });
        Assert.That(Results(again), Is.EqualTo(Results(model)).Within(1e-6));
        Weight.AssertEqual(again.ToPyTorch().ToDictionary(), written);

        using Model other = Stack(cell, both, seed: 7);
        other.ReadPyTorch(written);
        Assert.That(Results(other), Is.EqualTo(Results(model)));
    }

    [TestCase(typeof(Lstm))]
    [TestCase(typeof(Gru))]
    [TestCase(typeof(GruResetAfter))]
    [TestCase(typeof(Elman))]
    public void A_stack_has_weights_of_Keras(Type cell)
    {
        foreach (bool both in new[] { false, true })
        {
            using Model model = Stack(cell, both);
            Dictionary<string, SafetensorsTensor> written = model.ToKeras().ToDictionary();
            using Model again = Model.FromKeras(written, new KerasOptions { BatchFirst = false });
            Assert.That(Results(again), Is.EqualTo(Results(model)));
            Weight.AssertEqual(again.ToKeras().ToDictionary(), written);
        }
    }

    [Test]
    public void Weights_of_PyTorch_become_weights_of_Keras_with_one_bias()
    {
        using Model model = Model.FromPyTorch(PyTorchFile.Read(FixtureTests.File("lstm_legacy_l2.pt")));
        using Model again = Model.FromKeras(model.ToKeras().ToDictionary(), new KerasOptions { BatchFirst = false });
        var x = new NdArray([2, 1, 3], [1, 2, 3, 4, 5, 6]);
        Assert.That(ModelRun.Of(again, x)["y"].Data, Is.EqualTo(ModelRun.Of(model, x)["y"].Data).Within(1e-6));
    }

    [Test]
    public void A_cell_that_another_library_lacks_is_refused_by_name()
    {
        foreach (Type cell in new[] { typeof(LstmPeephole), typeof(Mgu), typeof(IndRnn) })
        {
            using Model model = Stack(cell, both: false);
            Assert.That(() => model.ToPyTorch(), Throws.TypeOf<ForeignWeightsException>().With.Message.Contains("'layer0."), cell.Name);
            Assert.That(() => model.ToKeras(), Throws.TypeOf<ForeignWeightsException>().With.Message.Contains("'layer0."), cell.Name);
        }

        using Model gru = Stack(typeof(Gru), both: false);
        Assert.That(() => gru.ToPyTorch(), Throws.TypeOf<ForeignWeightsException>().With.Message.Contains("GruResetAfter"));
    }

    [Test]
    public void A_transform_of_a_cell_is_another_cell()
    {
        var net = new NetworkBuilder("Zoneout");
        net.Output("y",
            net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)).WithZoneout(0.1), net.Input("x", "T", "B", 3), net.Size("H", 4)));
        using var model = new Model(net);
        Assert.That(() => model.ToPyTorch(), Throws.TypeOf<ForeignWeightsException>());
    }

    [Test]
    public void An_imported_layer_trains_both_of_its_biases()
    {
        using Model model = Model.FromPyTorch(PyTorchFile.Read(FixtureTests.File("lstm_views.pt")));
        Assert.That(model.Parameters.Keys, Does.Contain("l0.bi").And.Contain("l0.ci"));
        Assert.That(model.Program.Inputs.Where(port => port.Role == PortRole.Parameter).Select(port => port.Name),
            Is.EquivalentTo(model.Parameters.Keys));
    }

    private static Model Stack(Type cell, bool both, ulong seed = 3)
    {
        var net = new NetworkBuilder("Native");
        Value x = net.Embedding("emb", net.Indices("x", "T", "B"), net.Size("V", 7), net.Size("E", 3));
        RecurrentLayer h = net.Stack("layer", CellRegistry.Find(cell), x, 2, net.Size("H", 4), new StackOptions
        {
            Layer = new RecurrentOptions
            {
                Direction = both ? Direction.Both : Direction.Forward,
                Dims = cell == typeof(LstmProjected) ? new Dictionary<string, Dim> { ["R"] = net.Size("R", 2) } : [],
            },
        });
        net.Output("y", net.Dense("head", h, net.Size("Y", 5)));
        return new Model(net, new ModelOptions { Seed = seed });
    }

    private static double[] Results(Model model) =>
        model.Run(new Dictionary<string, NdArray> { ["x"] = new NdArray([4, 2], [0, 1, 2, 3, 4, 5, 6, 0]) }).Data;
}
