using System.Globalization;
using RnnJit.Cells;
using RnnJit.Cli.Timing;

namespace RnnJit.Cli.Benchmarks;

/// <summary>
/// <c>bench serve</c>: times layers for an outside harness, so that tools take turns on one machine. <c>mk …</c> makes a layer
/// (<see cref="ServedLayer"/>), <c>t SECONDS</c> times it; an answer is one line. Training computes the gradients of everything for dy =
/// 0.5 with weights that changed since the run before.
/// </summary>
internal sealed class BenchServer(TextReader input, TextWriter output, Func<string, CellDefinition> find,
    double warmUp = RunLoop.WarmUpSeconds) : IDisposable
{
    private ServedLayer? layer;

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
            catch (Exception e) when (Failures.Code(e) is not null)
            {
                Answer("error " + string.Join(" ", Failures.Sentences(e)));
            }
        }
    }

    public void Dispose() => layer?.Dispose();

    private string Do(string[] words) => words[0] switch
    {
        "mk" => Make(words[1..]),
        "t" when words.Length == 2 => Time(Number(words[1])),
        "t" => throw new UsageException($"'t' has {words.Length - 1} arguments, wanted the seconds to measure (t 0.5)"),
        _ => throw new UsageException($"'{words[0]}' is no command (known: mk, t)"),
    };

    private string Make(string[] words)
    {
        layer?.Dispose();
        layer = null;
        ServedLayer made = ServedLayer.Make(words, find);
        try
        {
            made.Loop.WarmUp(warmUp);
        }
        catch
        {
            made.Dispose();
            throw;
        }

        layer = made;
        return "ok";
    }

    private string Time(double seconds)
    {
        ServedLayer timed = layer ?? throw new UsageException("There is nothing to time (send mk first)");
        timed.Loop.Run(seconds);
        return string.Join(' ', timed.Times.Select(time => time.ToString("R", CultureInfo.InvariantCulture)));
    }

    private static double Number(string word)
    {
        if (!NumberText.TryRead(word, out double number))
            throw new UsageException($"SECONDS is '{word}', {NumberText.Wanted<double>(word)}");
        return number is >= 0 and <= 1e6
            ? number
            : throw new UsageException($"SECONDS is '{word}', wanted a number from 0 to 1000000 (change it)");
    }

    private void Answer(string line)
    {
        output.Write(line + "\n");
        output.Flush();
    }
}
