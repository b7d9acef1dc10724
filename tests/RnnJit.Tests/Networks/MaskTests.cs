using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>The numbers of masks, in training and outside.</summary>
public class MaskTests
{
    [TestCase(ElementType.F32)]
    [TestCase(ElementType.F64)]
    public void A_zoneout_mask_is_1_with_its_rate_and_0_else(ElementType real)
    {
        double[] drawn = DrawnMask.Of(MaskPort.Zoneout("h", 0.1), new TensorType(real, "T", "B", "H"), update: 5, site: 2);
        Assert.That(drawn.Distinct().Order(), Is.EqualTo(new[] { 0.0, 1.0 }));

        // 10,000 draws: six standard deviations are 6 √(0.1 · 0.9 / 10000) = 0.018.
        Assert.That(drawn.Average(), Is.EqualTo(0.1).Within(0.018));
    }

    [Test]
    public void The_expectation_of_a_mask_stands_for_it_outside_training()
    {
        foreach (string init in new[] { MaskPort.Zoneout("h", 0.3), MaskPort.Dropout("h", 0.3) })
        {
            MaskLaw law = Law(init);
            Assert.That((law.Rate * law.Drawn) + ((1 - law.Rate) * law.Other), Is.EqualTo(law.Outside).Within(1e-15), init);
        }
    }

    // Outside training zoneout is h ← 0.25 h + 0.75 h̃, and no mask is an input.
    [Test]
    public void Outside_training_zoneout_mixes_old_and_new()
    {
        CellDefinition cell = CellTracer.Trace(typeof(Elman));
        double[] Run(CellDefinition layer, int steps)
        {
            var net = new NetworkBuilder("Zoned");
            net.Output("y", net.Recurrent("layer", layer, net.Input("x", "T", "B", 1), 1));
            using var model = new Model(net, new ModelOptions { Precision = ElementType.F64 });
            model.Parameters["layer.W"].Set([0.5]);
            model.Parameters["layer.U"].Set([-0.8]);
            model.Parameters["layer.b"].Set([0.1]);
            using Session session = model.Open(new SessionOptions { Steps = steps });
            Assert.That(session.Program.Inputs.Select(port => port.Name), Has.None.Contains("zone"));
            session.Set("x", new NdArray([steps, 1, 1], [.. Enumerable.Range(0, steps).Select(t => t - 0.5)]));
            session.Run();
            return session.Output("y").ToNdArray().Data;
        }

        double h = 0;
        double[] wanted = [.. Enumerable.Range(0, 4).Select(t => h = (0.25 * h) + (0.75 * Math.Tanh((0.5 * (t - 0.5)) - (0.8 * h) + 0.1)))];
        Assert.That(Run(cell.WithZoneout(0.25), 4), Is.EqualTo(wanted).Within(1e-15));
        Assert.That(Run(cell, 4), Is.Not.EqualTo(wanted).Within(1e-3));
    }

    // Masks come from a counter: the number of threads changes nothing.
    [Test]
    public void Training_with_masks_inside_the_recurrence_does_not_depend_on_threads()
    {
        float[] Trained(int threads)
        {
            var net = new NetworkBuilder("Masked");
            CellDefinition cell = CellTracer.Trace(typeof(Lstm)).WithDropConnect(0.2).WithVariationalDropout(0.1, 0.1)
                .WithRecurrentDropout(0.2).WithZoneout(0.1);
            Value h = net.Recurrent("layer", cell, net.Input("x", "T", "B", 3), net.Size("H", 20));
            net.Output("loss", Loss.MeanSquaredError(h, net.Input("target", "T", "B", "H")));
            using var model = new Model(net, new ModelOptions { Threads = threads });
            using var trainer = new Trainer(model, 5, 12);
            trainer.Input("x").Write<float>().Fill(0.5f);
            trainer.Input("target").Write<float>().Fill(0.3f);
            for (int step = 0; step < 3; step++)
                trainer.Step();
            return model.Parameters["layer.Ui"].Read<float>().ToArray();
        }

        Assert.That(Trained(2), Is.EqualTo(Trained(1)));
    }

    private static MaskLaw Law(string init) =>
        MaskPort.Law(new Port("mask", new TensorType(ElementType.F32, "B", "H"), PortRole.Input, init));
}
