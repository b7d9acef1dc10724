using System.Globalization;
using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Runtime;

namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// <c>bench serve</c>: lets an outside harness time a layer in turn with other tools. <c>mk CELL forward|training T B I H THREADS f32|bf16w</c> makes one, <c>t SECONDS</c> times it;
/// an answer is one line. Training computes the gradients of everything for dy = 0.5 with weights that changed since the run before.
/// </summary>
internal sealed class BenchServer(TextReader input, TextWriter output, Func<string, CellDefinition> find, double warmUp = RunLoop.WarmUpSeconds) : IDisposable
{
    private const int Sizes = 4, AfterCell = 7;

    private Executable? executable;
    private RunLoop? loop;

    /// <summary>Answers each line that is not empty, until the input ends.</summary>
    public void Run(CancellationToken interrupted)
    {
        Answer("ready");
        while (!interrupted.IsCancellationRequested && input.ReadLine() is { } line)
        {
            if (line.Trim().Length == 0)
                continue;
            try
            {
                Answer(Do(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }
            catch (Exception e) when (CommandLine.Code(e) is not null)
            {
                Answer("error " + string.Join(" ", CommandLine.Sentences(e)));
            }
        }
    }

    public void Dispose() => executable?.Dispose();

    private string Do(string[] words) => words[0] switch
    {
        "mk" => Make(words),
        "t" when words.Length == 2 => Time(Number(words[1])),
        "t" => throw new UsageException($"'t' has {words.Length - 1} arguments, wanted the seconds to measure (t 0.5)"),
        _ => throw new UsageException($"'{words[0]}' is no command (known: mk, t)"),
    };

    // The path of a cell may hold spaces, so words are counted from the end.
    private string Make(string[] words)
    {
        executable?.Dispose();
        (executable, loop) = (null, null);
        if (words.Length < AfterCell + 2)
            throw new UsageException($"'mk' has {words.Length - 1} arguments, wanted 8 (mk CELL forward|training T B I H THREADS f32|bf16w)");
        string[] rest = words[^AfterCell..];
        bool training = rest[0] switch
        {
            "training" => true,
            "forward" => false,
            _ => throw new UsageException($"The mode is '{rest[0]}', wanted forward or training (change it)"),
        };
        int[] sizes = [.. rest[1..(Sizes + 1)].Select((word, i) => Whole("TBIH"[i].ToString(), word))];
        WeightStorage weights = rest[^1] switch
        {
            "f32" => WeightStorage.Single,
            "bf16w" when !training => WeightStorage.BFloat16,
            "bf16w" => throw new UsageException("Weights in 16 bits are for inference (write forward, or f32)"),
            _ => throw new UsageException($"The precision is '{rest[^1]}', wanted f32 or bf16w (change it)"),
        };
        var request = new LayerRequest(find(string.Join(' ', words[1..^AfterCell])))
        {
            Training = training, Steps = sizes[0], Batch = sizes[1], Inputs = sizes[2], Hidden = sizes[3], Threads = Whole("THREADS", rest[^2]), Weights = weights,
        };
        executable = LayerBuilder.Bind(request);
        var made = new RunLoop(executable, training);
        made.WarmUp(warmUp);
        loop = made;
        return "ok";
    }

    private string Time(double seconds)
    {
        RunLoop runs = loop ?? throw new UsageException("There is nothing to time (send mk first)");
        runs.Run(seconds);
        return string.Join(' ', runs.Times.Select(time => time.ToString("R", CultureInfo.InvariantCulture)));
    }

    private static int Whole(string name, string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1
        ? number
        : throw new UsageException($"{name} is '{word}', wanted a whole number of at least 1 (change it)");

    private static double Number(string word) => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 0 and <= 1e6
        ? number
        : throw new UsageException($"SECONDS is '{word}', wanted a number from 0 to 1000000 (change it)");

    private void Answer(string line)
    {
        output.Write(line + "\n");
        output.Flush();
    }
}
