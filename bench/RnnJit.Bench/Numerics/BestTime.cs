using System.Diagnostics;

namespace RnnJit.Bench.Numerics;

/// <summary>Seconds per call, the best of many short rounds: noise on a shared machine only ever adds.</summary>
internal static class BestTime
{
    public static double Of(Action action, double seconds = 1.0)
    {
        long start = Stopwatch.GetTimestamp();
        do
            action();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 0.2);

        int calls = CallsFor(action, 0.002);
        double best = double.MaxValue;
        start = Stopwatch.GetTimestamp();
        do
        {
            long t = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
                action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(t).TotalSeconds / calls);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);

        return best;
    }

    private static int CallsFor(Action action, double seconds)
    {
        long t = Stopwatch.GetTimestamp();
        action();
        return (int)Math.Clamp(seconds / Math.Max(Stopwatch.GetElapsedTime(t).TotalSeconds, 1e-8), 1, 100000);
    }
}
