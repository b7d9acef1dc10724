using System.Globalization;
using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Cli.Timing;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>A layer requested from <c>bench serve</c>: <c>CELL forward|training|stream T B I H THREADS f32|bf16w [OPTIONS]</c>.</summary>
internal sealed class ServedLayer : IDisposable
{
    /// <summary>The words of <c>mk</c>.</summary>
    public const string Form = "mk CELL forward|training|stream T B I H THREADS f32|bf16w [--lengths L] [--zoneout P] [--layer-norm] …";

    private const int Sizes = 4, AfterCell = 7;

    private readonly IDisposable layer;
    private readonly int stepsPerRun;

    private ServedLayer(IDisposable layer, RunLoop loop, int stepsPerRun) =>
        (this.layer, Loop, this.stepsPerRun) = (layer, loop, stepsPerRun);

    public RunLoop Loop { get; }

    /// <summary>Seconds of a run of the last measurement; of a stream, seconds of a step.</summary>
    public IEnumerable<double> Times => Loop.Times.Select(time => time / stepsPerRun);

    /// <summary>Makes the layer described by the words after <c>mk</c>.</summary>
    /// <exception cref="UsageException">The words describe no layer.</exception>
    public static ServedLayer Make(string[] words, Func<string, CellDefinition> find)
    {
        // The path of a cell may hold spaces, so what follows it is counted from the end.
        int required =
            Array.FindIndex(words, word => word.StartsWith("--", StringComparison.Ordinal)) is var first and >= 0 ? first : words.Length;
        if (required < AfterCell + 1)
            throw new UsageException($"'mk' has {required} arguments, wanted 8 ({Form})");
        string[] rest = words[(required - AfterCell)..required];
        var options = new ServedOptions(words[required..]);
        LayerRequest request = Read(options.Apply(find(string.Join(' ', words[..(required - AfterCell)]))), rest);
        if (rest[0] == "stream")
            return Stream(request, options.Lengths);

        Executable executable = options.Lengths is { } lengths ? DrawnLengths.Bind(request, lengths) : LayerBuilder.Bind(request);
        return new ServedLayer(executable, new RunLoop(executable, request.Training), stepsPerRun: 1);
    }

    public void Dispose() => layer.Dispose();

    private static ServedLayer Stream(LayerRequest request, string? lengths)
    {
        if (request.Steps != 1 || request.Threads != 1)
            throw new UsageException(
                $"A stream has T {request.Steps} and THREADS {request.Threads}, wanted 1 and 1 (it runs step by step on one thread)");
        if (lengths is not null)
            throw new UsageException("A stream has no lengths (leave --lengths out)");

        var stream = new StreamedLayer(request);
        return new ServedLayer(stream, new RunLoop(stream.Run), StreamedLayer.Block);
    }

    private static LayerRequest Read(CellDefinition cell, string[] words)
    {
        bool training = words[0] switch
        {
            "training" => true,
            "forward" or "stream" => false,
            _ => throw new UsageException($"The mode is '{words[0]}', wanted forward, training or stream (change it)"),
        };
        int[] sizes = [.. words[1..(Sizes + 1)].Select((word, i) => Whole("TBIH"[i].ToString(), word))];
        WeightStorage weights = words[^1] switch
        {
            "f32" => WeightStorage.Single,
            "bf16w" when !training => WeightStorage.BFloat16,
            "bf16w" => throw new UsageException("Weights in 16 bits are for inference (write forward, or f32)"),
            _ => throw new UsageException($"The precision is '{words[^1]}', wanted f32 or bf16w (change it)"),
        };
        return new LayerRequest(cell)
        {
            Training = training,
            Steps = sizes[0],
            Batch = sizes[1],
            Inputs = sizes[2],
            Hidden = sizes[3],
            Threads = Whole("THREADS", words[^2]),
            Weights = weights,
        };
    }

    private static int Whole(string name, string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1
        ? number
        : throw new UsageException($"{name} is '{word}', wanted a whole number of at least 1 (change it)");
}
