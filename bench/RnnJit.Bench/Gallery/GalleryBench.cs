using System.Globalization;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Peers;
using RnnJit.Cli.Timing;
using RnnJit.Data;
using RnnJit.Gallery;
using RnnJit.Gallery.Systems;
using RnnJit.Jit;

namespace RnnJit.Bench.Gallery;

/// <summary>
/// Training of systems of the gallery beside PyTorch, by processor time, one thread each. Epochs are those of the gallery: the first one
/// is apart, since it makes plans and compiles kernels; another one warms up; then rounds of whole epochs, the tools in turns. Batches are
/// made before they are timed. Epochs have other batches each, and what is bound for new shapes counts.
/// </summary>
internal sealed class GalleryBench(string data, IReadOnlyList<GalleryPeer> peers, PeerScripts scripts)
{
    private const int Rounds = 5, Seed = 1;
    private const double LeastSeconds = 2, Tolerance = 2e-5;

    private static readonly string[] Systems = ["names", "tagging", "transliteration"];

    /// <param name="args">Options: <c>--python PATH</c>, <c>--data FOLDER</c>, <c>--markdown</c>.</param>
    /// <returns>The exit code: 1 where PyTorch is missing or has another loss.</returns>
    public static int Execute(string[] args)
    {
        string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
        JitKernels.Install();
        try
        {
            string data = Option("--data") ?? Path.Combine(Environment.GetEnvironmentVariable("RNNJIT_DATA")
                ?? throw new PeerException("the data sets are not known (set RNNJIT_DATA, or give --data FOLDER)"), "datasets");
            using var scripts = new PeerScripts();
            string python = Option("--python") ?? "python3";
            using GalleryPeer plain = GalleryPeer.Start(python, scripts, tuned: false);
            using GalleryPeer tuned = GalleryPeer.Start(python, scripts, tuned: true);
            new GalleryBench(data, [plain, tuned], scripts).Run(args.Contains("--markdown"));
            return 0;
        }
        catch (Exception e) when (e is PeerException or TextDataException)
        {
            Console.Error.WriteLine($"gallery: {e.Message}");
            return 1;
        }
    }

    private void Run(bool markdown)
    {
        var table = new TextTable("system", "batches of an epoch", "tool", "first epoch", "best", "median", "ratio, best", "ratio, median");
        foreach (string system in Systems)
        {
            foreach (string[] row in Measure(system))
                table.Add(row);
        }

        table.Print(Console.Out, markdown);
    }

    // Rows of the table: ours, then each peer with how many times as fast ours is.
    private IEnumerable<string[]> Measure(string name)
    {
        var system = (ITrainedSystem)GallerySystems.Find(name)!;
        SystemTraining training = system.Training(new GalleryContext { Data = data, Threads = 1 }, Seed);
        using var own = new OwnTraining(training);
        Batch[] epoch = [.. training.Batches.Epoch(0)];
        string parameters = scripts.File("start.safetensors");
        own.Write(parameters);
        foreach (GalleryPeer peer in peers)
            peer.Open(name, training.Rate, parameters);
        Load(epoch);
        Compare(name, own.Loss(epoch[0]));
        using var cores = new CoreRotation(threads: 1);
        TrainedBatches[] first = Turn(own, epoch, cores, 0);
        TrainedBatches[] Round(int turn, int from, int epochs)
        {
            Batch[] batches = [.. Enumerable.Range(from, epochs).SelectMany(number => training.Batches.Epoch(number))];
            Load(batches);
            TrainedBatches[] found = Turn(own, batches, cores, turn);
            Report(name, found, own.Shapes);
            return found;
        }

        int epochs = (int)Math.Ceiling(LeastSeconds / Round(1, 1, 1).Min(tool => tool.Seconds));
        TrainedBatches[][] rounds = [.. Enumerable.Range(0, Rounds).Select(round => Round(2 + round, 2 + (round * epochs), epochs))];
        return Enumerable.Range(0, first.Length).Select(tool => Row(name, epoch.Length, tool, first[tool], rounds));
    }

    private string[] Row(string name, int batches, int tool, TrainedBatches first, TrainedBatches[][] rounds)
    {
        double Best(int of) => rounds.Max(round => round[of].Speed);
        double ratio = Median(rounds.Select(round => round[0].Speed / round[tool].Speed));
        string[] row =
        [
            tool == 0 ? name : "", tool == 0 ? Text(batches, "0") : "", tool == 0 ? "RnnJit" : peers[tool - 1].Name,
            Text(first.Speed, "0.0"), Text(Best(tool), "0.0"), Text(Median(rounds.Select(round => round[tool].Speed)), "0.0"),
        ];
        return tool == 0 ? [.. row, "", ""] : [.. row, Text(Best(0) / Best(tool), "0.00"), Text(ratio, "0.00")];
    }

    private void Load(IEnumerable<Batch> batches)
    {
        string path = scripts.File("batches.json");
        GalleryPeer.Write(path, batches);
        foreach (GalleryPeer peer in peers)
            peer.Load(path);
    }

    private TrainedBatches[] Turn(OwnTraining own, Batch[] batches, CoreRotation cores, int turn)
    {
        cores.Turn(turn, peers.Select(peer => peer.Id));
        return [own.Train(batches), .. peers.Select(peer => peer.Train(batches.Length))];
    }

    private void Compare(string name, double own)
    {
        foreach (GalleryPeer peer in peers)
        {
            double found = peer.Loss();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: loss of the first batch {own:0.000000}, {peer.Name} {found:0.000000}"));
            if (!(Math.Abs(found - own) <= Tolerance * own))
                throw new PeerException($"the networks of '{name}' are not the same: their losses are {own} and {found}, of {peer.Name}");
        }
    }

    private static void Report(string name, TrainedBatches[] found, int shapes) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {found[0].Count} batches, seconds {Texts(found, one => one.Seconds)}, losses {Texts(found, one => one.Loss)}, "
        + $"{shapes} shapes"));

    private static string Texts(TrainedBatches[] found, Func<TrainedBatches, double> of) =>
        string.Join(" · ", found.Select(one => Text(of(one), "0.000")));

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
