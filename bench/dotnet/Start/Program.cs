// A program as it is deployed: `make FILE` writes a model, `first FILE` prints its first result and, on
// a second line, how many methods the JIT compiled until then, `step SECONDS` prints the best and the
// median time of a training step in milliseconds.
using System.Diagnostics;
using System.Globalization;
using System.Runtime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Inputs = 64, Units = 128, Classes = 64, Steps = 50, Rows = 32;
switch (args)
{
    case ["make", var file]:
        using (var made = new Model(Network()))
            made.Save(file);
        return 0;
    case ["first", var file]:
        using (Model model = Model.Load(file))
        {
            var x = new NdArray([25, 1, Inputs]);
            for (int i = 0; i < x.Data.Length; i++)
                x.Data[i] = Math.Sin(i);
            NdArray y = model.Run(new Dictionary<string, NdArray> { ["x"] = x });
            Console.WriteLine($"{y.Data[0]:R} {y.Data[^1]:R}");
            Console.WriteLine(JitInfo.GetCompiledMethodCount());
        }

        return 0;
#if !START_ONLY
    case ["step", var seconds]:
        Train(double.Parse(seconds, CultureInfo.InvariantCulture));
        return 0;
#endif
    default:
        Console.Error.WriteLine("wanted make FILE, first FILE or step SECONDS");
        return 2;
}

static NetworkBuilder Network()
{
    var net = new NetworkBuilder("Start");
    Value x = net.Input("x", "T", "B", Inputs);
    Value logits = net.Output("y", net.Dense("head", net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)), x, net.Size("H", Units)),
        Classes));
    net.Output("loss", Loss.SoftmaxCrossEntropy(logits, net.Indices("target", "T", "B")));
    return net;
}

#if !START_ONLY
static void Train(double seconds)
{
    using var model = new Model(Network(), new ModelOptions { Threads = 1 });
    using var trainer = new Trainer(model, Steps, Rows);
    var random = new Random(1);
    foreach (ref float number in trainer.Input("x").Write<float>())
        number = random.NextSingle();
    foreach (ref int label in trainer.Input("target").Write<int>())
        label = random.Next(Classes);

    for (int i = 0; i < 30; i++)
        trainer.Step();
    var times = new List<double>();
    for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds || times.Count < 20;)
    {
        long step = Stopwatch.GetTimestamp();
        trainer.Step();
        times.Add(Stopwatch.GetElapsedTime(step).TotalMilliseconds);
    }

    times.Sort();
    Console.WriteLine($"{times[0]:R} {times[times.Count / 2]:R}");
}
#endif
