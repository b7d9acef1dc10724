using RnnJit.Training;

namespace RnnJit.Tests.Training;

public class LearningRateTests
{
    [Test]
    public void Constant() => Rates(new ConstantRate(0.5), 0.5, 0.5, 0.5);

    [Test]
    public void Steps_down() => Rates(new StepRate(8, 2, 0.5), 8, 8, 4, 4, 2);

    [Test]
    public void Decays_by_a_factor() => Rates(new ExponentialRate(8, 0.5), 8, 4, 2, 1);

    [Test]
    public void Cosine_reaches_its_lowest_and_returns() =>
        Rates(new CosineRate(3, 4, 1), 3, 2 + Math.Sqrt(0.5), 2, 2 - Math.Sqrt(0.5), 1, 2 - Math.Sqrt(0.5));

    [Test]
    public void Warms_up_in_a_line() => Rates(new WarmUp(4, new ExponentialRate(8, 0.5)), 2, 4, 6, 8, 8, 4, 2);

    [Test]
    public void Falls_with_the_root() => Rates(new InverseRootRate(6), 6, 6 / Math.Sqrt(2), 6 / Math.Sqrt(3), 3);

    // torch.optim.lr_scheduler.OneCycleLR: phases end at pct_start · total − 1 and total − 1.
    [Test]
    public void One_cycle_rises_and_falls_in_half_waves()
    {
        var rate = new OneCycleRate(1, 10) { Rise = 0.4, Divisor = 4, FinalDivisor = 100 };
        double Wave(double from, double to, double share) => to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * share)));
        Rates(rate, 0.25, Wave(0.25, 1, 1 / 3.0), Wave(0.25, 1, 2 / 3.0), 1, Wave(1, 0.0025, 1 / 6.0), Wave(1, 0.0025, 2 / 6.0),
            Wave(1, 0.0025, 3 / 6.0), Wave(1, 0.0025, 4 / 6.0), Wave(1, 0.0025, 5 / 6.0), 0.0025, 0.0025);
    }

    [Test]
    public void One_cycle_in_straight_lines() =>
        Rates(new OneCycleRate(8, 8) { Rise = 0.5, Divisor = 4, FinalDivisor = 2, Linear = true }, 2, 4, 6, 8, 6.25, 4.5, 2.75, 1);

    // The top lies between two steps.
    [Test]
    public void One_cycle_need_not_meet_its_top() =>
        Rates(new OneCycleRate(8, 5) { Rise = 0.5, Divisor = 4, FinalDivisor = 2, Linear = true }, 2, 6, 8 - (7 * 0.5 / 2.5),
            8 - (7 * 1.5 / 2.5), 1);

    [Test]
    public void A_plateau_lowers_the_rate_once_patience_ends()
    {
        var rate = new PlateauRate(8) { Factor = 0.5, Patience = 1, Threshold = 0.1 };
        Assert.That(new double[] { 10, 9.5, 9.5, 8.9, 9, 9, 9, 9, 8.0 }.Select(loss => After(rate, loss)),
            Is.EqualTo(new double[] { 8, 8, 4, 4, 4, 2, 2, 1, 1 }));
    }

    [Test]
    public void A_plateau_rests_after_a_fall_and_keeps_its_lowest()
    {
        var rate = new PlateauRate(8) { Factor = 0.25, Patience = 0, CoolDown = 2, Lowest = 1 };
        Assert.That(new double[] { 5, 5, 5, 5, 5, 5, 5, 5 }.Select(loss => After(rate, loss)),
            Is.EqualTo(new double[] { 8, 2, 2, 2, 1, 1, 1, 1 }));
    }

    [Test]
    public void A_plateau_that_was_stored_goes_on()
    {
        PlateauRate Make() => new(8) { Factor = 0.5, Patience = 1 };
        double[] losses = [3, 4, 5, 2, 2, 2, 2];
        for (int cut = 0; cut <= losses.Length; cut++)
        {
            ILearningRate whole = new WarmUp(0, Make()), first = new WarmUp(0, Make()), second = new WarmUp(0, Make());
            foreach (double loss in losses)
                whole.Observe(loss);
            foreach (double loss in losses[..cut])
                first.Observe(loss);
            second.Restore(first.State);
            foreach (double loss in losses[cut..])
                second.Observe(loss);
            Assert.That(second.State, Is.EqualTo(whole.State));
            Assert.That(second.At(7), Is.EqualTo(whole.At(7)));
        }

        Assert.That(Make().State, Is.Not.EqualTo(new PlateauRate(4).State));
    }

    [TestCase("constant", 10, 0.5, 0.5)]
    [TestCase("cosine", 10, 0.5, 0.005)]
    [TestCase("step", 9, 0.5, 0.005)]
    [TestCase("exponential", 10, 0.5, 0.005)]
    [TestCase("plateau", 10, 0.5, 0.5)]
    [TestCase("onecycle", 10, 0.02, 2e-6)]
    public void Options_name_every_schedule(string name, int updates, double first, double last)
    {
        var options = new CharacterOptions { Schedule = name, LearningRate = 0.5 };
        ILearningRate rate = ScheduleChoice.Of(options, updates);
        Assert.That(rate.At(0), Is.EqualTo(first).Within(1e-12));
        Assert.That(rate.At(name == "step" ? updates - 1 : updates), Is.EqualTo(last).Within(1e-12));
        Assert.That(ScheduleChoice.Names, Does.Contain(name));
    }

    [Test]
    public void Every_schedule_and_optimiser_named_is_there()
    {
        Assert.That(
            ScheduleChoice.Names.Select(name => ScheduleChoice.Of(new CharacterOptions { Schedule = name }, 10).GetType()), Is.Unique);
        Assert.That(OptimiserChoice.Names.Select(name => OptimiserChoice.Of(new CharacterOptions { Optimiser = name }).Build().ToString()),
            Is.Unique);
        Assert.That(OptimiserChoice.Of(new CharacterOptions { Optimiser = "adamw" }).WeightDecay, Is.EqualTo(0.01));
        Assert.That(ScheduleChoice.Of(new CharacterOptions { WarmUp = 2, LearningRate = 1 }, 10).At(0), Is.EqualTo(0.5));
    }

    private static double After(ILearningRate rate, double loss)
    {
        rate.Observe(loss);
        return rate.At(0);
    }

    private static void Rates(ILearningRate rate, params double[] wanted) =>
        Assert.That(Enumerable.Range(0, wanted.Length).Select(rate.At), Is.EqualTo(wanted).Within(1e-14));
}
