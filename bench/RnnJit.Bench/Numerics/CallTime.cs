using System.Diagnostics;

namespace RnnJit.Bench.Numerics;

/// <summary>Seconds per call in many short rounds: the best, for noise on a shared machine only ever adds, and the median,
/// which says how much it added.</summary>
internal readonly record struct CallTime(double Best, double Median)
{
    public static CallTime Of(Action action, double seconds = 1.0)
    {
        long start = Stopwatch.GetTimestamp();
        do
            action();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 0.2);

        int calls = CallsFor(action, 0.002);
        var rounds = new List<double>();
        start = Stopwatch.GetTimestamp();
        do
        {
            long t = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
                action();
            rounds.Add(Stopwatch.GetElapsedTime(t).TotalSeconds / calls);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);

        rounds.Sort();
        return new CallTime(rounds[0], rounds[rounds.Count / 2]);
    }

    private static int CallsFor(Action action, double seconds)
    {
        long t = Stopwatch.GetTimestamp();
        action();
        return (int)Math.Clamp(seconds / Math.Max(Stopwatch.GetElapsedTime(t).TotalSeconds, 1e-8), 1, 100000);
    }
}
