using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Each schedule with each of its options against PyTorch 1.13.1 in double precision; the numbers were printed by
/// written/optimisers.py.</summary>
public class ScheduleValueTests
{
    private const int Updates = 12;

    private static readonly (CharacterOptions Options, double[] Rates)[] Written =
    [
        (new() { Schedule = "cosine" }, [0.5, 0.4915666420065, 0.4668412874366, 0.4275089283437, 0.37625, 0.3165577136629, 0.2525,
            0.1884422863371, 0.12875, 0.07749107165633, 0.03815871256335, 0.01343335799346]),
        (new() { Schedule = "cosine", WarmUp = 3 }, [0.1666666666667, 0.3333333333333, 0.5, 0.5, 0.4850739236445, 0.4420959996719, 0.37625,
            0.2954779239726, 0.2095220760274, 0.12875, 0.06290400032805, 0.01992607635549]),
        (new() { Schedule = "step" }, [0.5, 0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.05, 0.005, 0.005, 0.005, 0.005]),
        (new() { Schedule = "step", DecayEvery = 5, Decay = 0.3 }, [0.5, 0.5, 0.5, 0.5, 0.5, 0.15, 0.15, 0.15, 0.15, 0.15, 0.045, 0.045]),
        (new() { Schedule = "step", WarmUp = 3, DecayEvery = 2 },
            [0.1666666666667, 0.3333333333333, 0.5, 0.5, 0.5, 0.05, 0.05, 0.005, 0.005, 0.0005, 0.0005, 5e-05]),
        (new() { Schedule = "exponential" }, [0.5, 0.340646034529, 0.2320794416806, 0.1581138830084, 0.1077217345016, 0.0733899633811, 0.05,
            0.0340646034529, 0.02320794416806, 0.01581138830084, 0.01077217345016, 0.00733899633811]),
        (new() { Schedule = "exponential", Decay = 0.7, WarmUp = 3 },
            [0.1666666666667, 0.3333333333333, 0.5, 0.5, 0.35, 0.245, 0.1715, 0.12005, 0.084035, 0.0588245, 0.04117715, 0.028824005]),
        (new() { Schedule = "onecycle" }, [0.02, 0.1748948271098, 0.4396425795611, 0.4972077177255, 0.4665064849207, 0.4058728269749,
            0.3236894988476, 0.2313185513335, 0.1415304991043, 0.06673876509442, 0.0172834937127, 2e-06]),
    ];

    // Losses that a plateau is told, and the rate after each.
    private static readonly double[] Losses = [5, 4.9999, 5.5, 4, 4, 4, 4, 4, 3.9, 4, 4, 4, 4, 4, 4, 4];

    private static readonly (PlateauRate Plateau, double[] Rates)[] Plateaus =
    [
        (new(0.5) { Patience = 2 }, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.05, 0.05, 0.005, 0.005, 0.005, 0.0005, 0.0005]),
        (new(0.5) { Factor = 0.5, Patience = 0 }, [0.5, 0.25, 0.125, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.0078125, 0.00390625,
            0.001953125, 0.0009765625, 0.00048828125, 0.000244140625, 0.0001220703125, 6.103515625e-05]),
        (new(0.5) { Factor = 0.5, Patience = 0, CoolDown = 2 },
            [0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.0625, 0.0625, 0.0625, 0.03125, 0.03125, 0.03125, 0.015625, 0.015625, 0.015625]),
        (new(0.5) { Factor = 0.5, Patience = 1, CoolDown = 3 },
            [0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.0625, 0.0625, 0.0625, 0.0625]),
        (new(0.5) { Factor = 0.5, Patience = 0, Lowest = 0.1 },
            [0.5, 0.25, 0.125, 0.125, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]),
        (new(0.5) { Factor = 0.5, Patience = 0, Threshold = 0.1 }, [0.5, 0.25, 0.125, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125,
            0.00390625, 0.001953125, 0.0009765625, 0.00048828125, 0.000244140625, 0.0001220703125, 6.103515625e-05, 3.0517578125e-05]),
    ];

    private static IEnumerable<TestCaseData> Cases =>
        Written.Select((one, i) => new TestCaseData(one.Options, one.Rates).SetArgDisplayNames($"{i} {one.Options.Schedule}"));

    [TestCaseSource(nameof(Cases))]
    public void Rates_are_those_of_torch(CharacterOptions options, double[] rates)
    {
        ILearningRate schedule = ScheduleChoice.Of(options with { LearningRate = 0.5 }, Updates);
        Assert.That(Enumerable.Range(0, Updates).Select(schedule.At), Is.EqualTo(rates).Within(1e-12));
    }

    [Test]
    public void A_constant_rate_warms_up() =>
        Assert.That(Enumerable.Range(0, 4)
            .Select(ScheduleChoice.Of(new CharacterOptions { Schedule = "constant", LearningRate = 0.5, WarmUp = 2 }, Updates).At),
            Is.EqualTo(new[] { 0.25, 0.5, 0.5, 0.5 }));

    // A cool-down or a count of bad losses that was forgotten moves a later fall.
    [TestCaseSource(nameof(Cuts))]
    public void A_plateau_that_was_saved_anywhere_falls_where_torch_falls(int plateau, int cut)
    {
        var (written, rates) = Plateaus[plateau];
        PlateauRate Make() => new(0.5)
        {
            Factor = written.Factor,
            Patience = written.Patience,
            CoolDown = written.CoolDown,
            Lowest = written.Lowest,
            Threshold = written.Threshold
        };
        ILearningRate first = new WarmUp(0, Make()), second = new WarmUp(0, Make());
        var found = new List<double>();
        foreach (double loss in Losses[..cut])
        {
            first.Observe(loss);
            found.Add(first.At(0));
        }

        second.Restore(first.State);
        foreach (double loss in Losses[cut..])
        {
            second.Observe(loss);
            found.Add(second.At(0));
        }

        Assert.That(found, Is.EqualTo(rates).Within(1e-12));
    }

    // What options say of a plateau reaches it.
    [Test]
    public void Options_of_a_plateau_are_those_of_torch()
    {
        ILearningRate schedule =
            ScheduleChoice.Of(new CharacterOptions { Schedule = "plateau", LearningRate = 0.5, Decay = 0.5, Patience = 0 }, Updates),
            usual = ScheduleChoice.Of(new CharacterOptions { Schedule = "plateau", LearningRate = 0.5 }, Updates);
        Assert.That(Losses.Select(loss => After(schedule, loss)), Is.EqualTo(Plateaus[1].Rates).Within(1e-12));
        Assert.That(Losses.Select(loss => After(usual, loss)), Is.EqualTo(Plateaus[0].Rates).Within(1e-12));
    }

    private static IEnumerable<object[]> Cuts => from plateau in Enumerable.Range(0, Plateaus.Length)
                                                 from cut in Enumerable.Range(0, Losses.Length + 1) select (object[])[plateau, cut];

    private static double After(ILearningRate rate, double loss)
    {
        rate.Observe(loss);
        return rate.At(0);
    }
}
