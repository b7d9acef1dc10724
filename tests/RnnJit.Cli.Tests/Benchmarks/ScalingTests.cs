using RnnJit.Cells;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Benchmarks.Scaling;
using RnnJit.Cli.Tests.Commands;

namespace RnnJit.Cli.Tests.Benchmarks;

public class ScalingTests
{
    private static readonly Sweep Units = new("H", "units", [2, 3, 5], (layer, size) => layer with { Steps = 4, Batch = 2, Hidden = size });

    private static ScalingCurve Curve(int threads, params double[] seconds) => new(Units, Training: false, threads, seconds, [4, 4, 4]);

    [Test]
    public void A_shape_slower_than_its_larger_neighbour_is_named()
    {
        Assert.That(Curve(1, 1, 2, 3).Cliffs(), Is.Empty);
        Assert.That(Curve(1, 1.01, 1, 3).Cliffs(), Is.Empty, "noise");
        Assert.That(Curve(1, 1, 0.004, 0.003).Cliffs(), Is.EqualTo(
            ["Cliff: H 2 takes 1000.000 ms, H 3 takes 4.000 ms (forward, 1 thread; units)",
                "Cliff: H 3 takes 4.000 ms, H 5 takes 3.000 ms (forward, 1 thread; units)"]));
    }

    [Test]
    public void More_threads_that_take_longer_are_named() => Assert.That(
        Curve(2, 1, 1, 2).Cliffs(Curve(1, 1, 0.5, 3)),
        Is.EqualTo(["Cliff: 2 threads take 1000.000 ms at H 3, 1 takes 500.000 ms (forward; units)"]));

    [Test]
    public void What_looks_like_a_cliff_is_taken_again()
    {
        ScalingCurve one = Curve(1, 1, 2, 3), two = Curve(2, 4, 1, 3.5);
        Assert.That(one.Doubtful([one, two]), Is.Empty);
        Assert.That(two.Doubtful([one, two]), Is.EqualTo([0, 2]));
        two.Take(0, 0.9);
        two.Take(2, 5);
        Assert.That(two.Seconds, Is.EqualTo([0.9, 1, 3.5]), "the faster one stands");
        Assert.That(two.Doubtful([one, two]), Is.EqualTo([2]));
    }

    [Test]
    public void Each_sweep_is_measured_forward_and_training_with_all_threads()
    {
        var progress = new StringWriter();
        var curves =
            new ScalingRun(CellRegistry.Find(typeof(Lstm)), new MeasurementBudget(1, 0.001, 0), [1, 2], [Units], progress, default).Run();
        Assert.That(curves.Select(curve => curve.Name),
            Is.EqualTo(["forward, 1 thread", "forward, 2 threads", "training, 1 thread", "training, 2 threads"]));
        foreach (ScalingCurve curve in curves)
        {
            Assert.That(curve.Seconds, Has.Length.EqualTo(3).And.All.GreaterThan(0));
            Assert.That(curve.StepSeconds, Is.EqualTo(curve.Seconds.Select(time => time / 4)));
        }

        Assert.That(ScalingCurve.Chart("Lstm", curves).ToSvg(), Does.Contain("training, 2 threads").And.Contain("microseconds a step"));
        Assert.That(progress.ToString(), Does.Contain("12 of 12: Lstm training 4,2,5, 2 threads"));
    }

    [Test]
    public void Sweeps_rise_and_reach_what_they_must()
    {
        foreach (Sweep sweep in Sweep.All(quick: false).Concat(Sweep.All(quick: true)))
            Assert.That(sweep.Sizes, Is.Ordered.And.Unique);
        (int, int) Ends(string symbol) =>
            Sweep.All(quick: false).Where(sweep => sweep.Symbol == symbol).Select(sweep => (sweep.Sizes[0], sweep.Sizes[^1])).Single();
        Assert.That((Ends("T"), Ends("H"), Ends("B")), Is.EqualTo(((10, 10_000), (16, 2048), (1, 256))));
    }

    [Test]
    public void A_folder_that_is_not_there_is_refused() => BadInputTests.Refused(CommandRun.Of("bench", "scaling", "--charts", "no/such"),
        "The folder 'no/such' does not exist (create it first)");
}
