using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Tests.Training;

/// <summary>Each optimiser with each of its options against PyTorch 1.13.1 in double precision; the numbers were
/// printed by written/optimisers.py.</summary>
public class OptimiserValueTests
{
    private const double Rate = 0.1;

    private static readonly double[] Start = [1, -0.5];

    private static readonly double[][] Gradients = [[0.5, -2], [-1.5, 0.25], [3, 1], [0.125, -0.5]];

    // Both parameters after each update. The default of --clip is 1; here it is 0 where nothing is said.
    private static readonly (CharacterOptions Options, double[] After)[] Written = [
        (new() { Clip = 0, Optimiser = "sgd", Momentum = 0 }, [0.95, -0.3, 1.1, -0.325, 0.8, -0.425, 0.7875, -0.375]),
        (new() { Clip = 0, Optimiser = "sgd" }, [0.95, -0.3, 1.055, -0.145, 0.8495, -0.1055, 0.65205, -0.0199499999999999]),
        (new() { Clip = 0, Optimiser = "sgd", Momentum = 0.5, Dampening = 0.3 },
            [0.95, -0.3, 1.03, -0.2175, 0.86, -0.24625, 0.76625, -0.225625]),
        (new() { Clip = 0, Optimiser = "sgd", Momentum = 0.5, Dampening = 1 }, [0.95, -0.3, 0.925, -0.2, 0.9125, -0.15, 0.90625, -0.125]),
        (new() { Clip = 0, Optimiser = "sgd", Momentum = 0.5, Nesterov = true },
            [0.925, -0.2, 1.1375, -0.1875, 0.71875, -0.31875, 0.640625, -0.259375]),
        (new() { Clip = 0, Optimiser = "sgd", Momentum = 0, WeightDecay = 0.7 },
            [0.88, -0.265, 0.9684, -0.27145, 0.600612, -0.3524485, 0.54606916, -0.277777105]),
        (new() { Optimiser = "sgd", Momentum = 0, Clip = 1 }, [0.975746449261067, -0.402985797044268, 1.07438577677946, -0.419425684964,
            0.979517476974398, -0.451048451565687, 0.967017476974398, -0.401048451565687]),
        (new() { Clip = 0, Optimiser = "sgd", Momentum = 0, ClipValue = 1 }, [0.95, -0.4, 1.05, -0.425, 0.95, -0.525, 0.9375, -0.475]),
        (new() { Clip = 0, Optimiser = "sgd", Momentum = 0, WeightDecay = 0.7, ClipValue = 1 },
            [0.88, -0.365, 0.9184, -0.36445, 0.754112, -0.4389385, 0.68882416, -0.358212805]),
        (new() { Optimiser = "sgd", Momentum = 0, WeightDecay = 0.7, Clip = 1, ClipValue = 0.75 }, [0.905746449261067, -0.39,
            0.917344197812792, -0.379139887919732, 0.778130103965897, -0.384222862367038, 0.711160996688284, -0.307327262001345]),
        (new() { Clip = 0, Optimiser = "adam" }, [0.900000002, -0.4000000005, 0.94941898488778, -0.342746543328956, 0.910703118279203,
            -0.33152287929567, 0.876869046303006, -0.309926583780294]),
        (new() { Clip = 0, Optimiser = "adam", Beta1 = 0.8, Beta2 = 0.7 }, [0.900000002, -0.4000000005, 0.951166861948847,
            -0.342201978888325, 0.911854698712376, -0.339402415389601, 0.876014666646419, -0.319577835747226]),
        (new() { Clip = 0, Optimiser = "adam", Epsilon = 0.2 }, [0.928571428571429, -0.409090909090909, 0.970492790777291,
            -0.358884578527046, 0.935363993001759, -0.349158747950973, 0.9050971163302, -0.330757445759081]),
        (new() { Clip = 0, Optimiser = "adam", WeightDecay = 0.7 }, [0.900000000833333, -0.400000000425532, 0.889453477361362,
            -0.33204928044133, 0.827237494810403, -0.301973942844517, 0.76678560736696, -0.262211234923151]),
        (new() { Clip = 0, Optimiser = "adam", WeightDecay = 0.7, ClipValue = 1 }, [0.900000000833333, -0.400000000740741,
            0.857907236314441, -0.33135667503242, 0.787557429594891, -0.316852480173885, 0.714531775490116, -0.281567894384243]),
        (new() { Clip = 0, Optimiser = "amsgrad", Beta2 = 0.5 }, [0.900000002, -0.4000000005, 0.943918706122074, -0.350043302104422,
            0.912489909906528, -0.34040241870075, 0.887858357421616, -0.323370700005725]),
        (new() { Clip = 0, Optimiser = "amsgrad", Beta1 = 0.8, Beta2 = 0.3, Epsilon = 0.2, WeightDecay = 0.7 }, [0.914285714285714,
            -0.407843137254902, 0.909850033409478, -0.360778980584285, 0.864042734809588, -0.346111407085434, 0.825975854738254,
            -0.324762068280905]),
        (new() { Clip = 0, Optimiser = "adamw" }, [0.899000002, -0.3995000005, 0.94751998488578, -0.341847043328456, 0.907856598292317,
            -0.330281532251842, 0.873114669717828, -0.308354955204214]),
        (new() { Clip = 0, Optimiser = "adamw", WeightDecay = 0 }, [0.900000002, -0.4000000005, 0.94941898488778, -0.342746543328956,
            0.910703118279203, -0.33152287929567, 0.876869046303006, -0.309926583780294]),
        (new() { Clip = 0, Optimiser = "adamw", Beta1 = 0.8, Beta2 = 0.7, Epsilon = 0.2, WeightDecay = 0.7, ClipValue = 1 }, [
            0.858571428571429, -0.381666666666667, 0.830790892663879, -0.319817501438248, 0.753474763817656, -0.319565103061141,
            0.680680965717211, -0.295286823347798]),
        (new() { Clip = 0, Optimiser = "rmsprop" }, [1.99999960481811e-07, 0.499999950000002, 0.949158135692403, 0.375350042478985,
            0.0634477533615637, -0.0726583328474486, 0.0263827220906925, 0.146977062731932]),
        (new() { Clip = 0, Optimiser = "rmsprop", Smoothing = 0.5 }, [0.85857864776269, -0.358578644762691, 0.99622808682187,
            -0.383196942716133, 0.863304381261616, -0.482424729402884, 0.855483762440488, -0.419570794087537]),
        (new() { Clip = 0, Optimiser = "rmsprop", Epsilon = 0.2 }, [0.8, -1.11022302462516e-16, 1.21895368093719, -0.0624123557017546,
            0.662068986131876, -0.298701610930183, 0.6388021376412, -0.181783570476541]),
        (new() { Clip = 0, Optimiser = "rmsprop", Momentum = 0.6 }, [1.99999960537323e-07, 0.499999950000002, 0.349158255692379,
            0.975350012478987, -0.327057293223009, 0.812551674639943, -0.769851653843112, 0.934508067515898]),
        (new() { Clip = 0, Optimiser = "rmsprop", Centred = true }, [-0.00503761323905016, 0.505037764754164, 0.946045429113892,
            0.379921530950564, 0.0587790941802637, -0.0683153906612896, 0.021641304176397, 0.151628635306263]),
        (new()
        {
            Clip = 0,
            Optimiser = "rmsprop",
            Centred = true,
            Momentum = 0.6,
            Smoothing = 0.5,
            Epsilon = 0.2,
            WeightDecay = 0.7,
            ClipValue = 1
        }, [0.85, -0.345714285714286, 0.807221946105468, -0.254159523305229, 0.635113734740744, -0.289429115421741, 0.463064216026003,
            -0.231716585680349]),
        (new() { Clip = 0, Optimiser = "adagrad" }, [0.90000000002, -0.400000000005, 0.994868329819051, -0.412403473463305,
            0.906403156128722, -0.456847917905775, 0.902719608785412, -0.43515487212485]),
        (new() { Clip = 0, Optimiser = "adagrad", RateDecay = 0.5 }, [0.90000000002, -0.400000000005, 0.963245553219368, -0.408268982310537,
            0.919012966374203, -0.430491204531772, 0.917539547436879, -0.421813986219402]),
        (new() { Clip = 0, Optimiser = "adagrad", Epsilon = 0.2 }, [0.928571428571429, -0.409090909090909, 1.01278721089364,
            -0.420374715412069, 0.929248860329168, -0.461191041942681, 0.925770326491007, -0.441230054609128]),
        (new() { Clip = 0, Optimiser = "adagrad", RateDecay = 0.5, WeightDecay = 0.7, ClipValue = 1 }, [0.900000000008333,
            -0.400000000007407, 0.919643025867872, -0.398518884188251, 0.879910692159269, -0.422070137823479, 0.866422094630056,
            -0.403626206746606]),
        (new() { Clip = 0, Optimiser = "adadelta" }, [0.999683778558349, -0.499683772629267, 1.00011017486579, -0.499742193136783,
            0.999564240811191, -0.499954369621703, 0.999532741099072, -0.499836418468542]),
        (new() { Clip = 0, Optimiser = "adadelta", Smoothing = 0.5 }, [0.999858579209445, -0.499858578679118, 1.00005324444351,
            -0.499893394189077, 0.99980833551786, -0.500017353654416, 0.999790507973469, -0.499927391312041]),
        (new() { Clip = 0, Optimiser = "adadelta", Epsilon = 0.2 }, [0.952859547920897, -0.384529946162075, 1.05856283243723,
            -0.403711124083689, 0.908326161787461, -0.475410668789165, 0.899949733471273, -0.43690722882221]),
        (new() { Clip = 0, Optimiser = "adadelta", WeightDecay = 0.7, ClipValue = 1 }, [0.999683773331991, -0.499683773101545,
            0.999797811920457, -0.499649036956478, 0.999421264265492, -0.499854880618347, 0.999193993154698, -0.4995970825864]),
        ];

    private static IEnumerable<TestCaseData> Cases =>
        Written.Select((one, i) => new TestCaseData(one.Options, one.After).SetArgDisplayNames($"{i} {one.Options.Optimiser}"));

    // The loss is the sum of w · x, so that x is the gradient of w.
    [TestCaseSource(nameof(Cases))]
    public void Updates_are_those_of_torch(CharacterOptions options, double[] after)
    {
        var net = new NetworkBuilder("Sum");
        net.Output("loss", Rnn.Total(net.Parameter("w", "zeros", 2) * net.Input("x", "T", "B", 2)));
        using var model = new Model(net, new ModelOptions { Precision = ElementType.F64, Threads = 1 });
        model.Parameters["w"].Set(Start);
        using var trainer = new Trainer(model, 1, 1, new TrainerOptions
        {
            Optimiser = OptimiserChoice.Of(options),
            LearningRate = new ConstantRate(Rate),
            ClipNorm = options.Clip > 0 ? options.Clip : null,
        });
        var found = new List<double>();
        foreach (double[] gradient in Gradients)
        {
            trainer.Input("x").Set(gradient);
            trainer.Step();
            found.AddRange(model.Parameters["w"].ToNdArray().Data);
        }

        Assert.That(found, Is.EqualTo(after).Within(1e-13));
    }

    [Test]
    public void Every_optimiser_is_written_with_each_option_that_it_reads()
    {
        string[] Set(string optimiser) => [.. Written.Where(one => one.Options.Optimiser == optimiser)
            .SelectMany(one => Changed(one.Options)).Distinct().Order(StringComparer.Ordinal)];
        foreach (string name in OptimiserChoice.Names)
        {
            string[] own = name switch
            {
                "sgd" => ["Dampening", "Momentum", "Nesterov"],
                "rmsprop" => ["Centred", "Epsilon", "Momentum", "Smoothing"],
                "adagrad" => ["Epsilon", "RateDecay"],
                "adadelta" => ["Epsilon", "Smoothing"],
                _ => ["Beta1", "Beta2", "Epsilon"],
            };
            Assert.That(Set(name), Is.SupersetOf(own), name);
            Assert.That(Written.Any(one => one.Options.Optimiser == name && one.Options is { WeightDecay: > 0 }), name);
        }
    }

    private static IEnumerable<string> Changed(CharacterOptions options) =>
        typeof(CharacterOptions).GetProperties()
            .Where(property => !Equals(property.GetValue(options), property.GetValue(new CharacterOptions())))
            .Select(property => property.Name);
}
