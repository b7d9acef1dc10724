using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Numbers of golden cases that agreed, disagreed, or were skipped because no program here computes them.</summary>
public sealed record GoldenSummary(int Passed, int Failed, int Skipped)
{
    public int Found => Passed + Failed + Skipped;

    public static GoldenSummary operator +(GoldenSummary a, GoldenSummary b) =>
        new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);
}

/// <summary>Compares a backend with cases that other implementations computed.</summary>
public static class GoldenRunner
{
    /// <summary>Runs cases and reports a line for each: its name, PASS, FAIL or SKIP, and the worst error or the reason.</summary>
    /// <param name="paths">JSON files, or folders that are searched with all folders in them.</param>
    /// <param name="precision">
    /// F64: 1e-10 absolute and relative. F32: 2e-6 of the largest magnitude (at least of 1), or 8 times the difference of the case's own
    /// precisions, or, for outputs and gradients, of the interpreter's, the largest of several draws in which inputs move by one rounding.
    /// </param>
    /// <param name="onLine">Receives the lines; one more says so when there is no case at all.</param>
    public static GoldenSummary Run(IEnumerable<string> paths, IGoldenBackend backend, ElementType precision, Action<string> onLine)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)precision, (int)ElementType.I32, nameof(precision));
        var summary = new GoldenSummary(0, 0, 0);
        string[] given = paths.ToArray();
        foreach (string path in given.SelectMany(Files))
        {
            var (line, count) = RunFile(path, backend, precision);
            onLine(line);
            summary += count;
        }

        if (summary.Found == 0)
            onLine(
                $"No golden case was found in {string.Join(", ", given.Select(path => $"'{path}'"))} (give JSON files or folders that "
                    + "contain them)");
        return summary;
    }

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal) : [path];

    private static (string Line, GoldenSummary Count) RunFile(string path, IGoldenBackend backend, ElementType precision)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return Report(() => name, () =>
        {
            GoldenCase given = GoldenReader.Read(path);
            name = given.Name;
            return GoldenKinds.Run(given, backend, precision);
        });
    }

    /// <summary>Runs the cases of files that hold several. A file that cannot be read is one case that fails.</summary>
    internal static GoldenSummary Files(IEnumerable<string> paths, Action<string> onLine,
        Func<string, IEnumerable<(string Name, Func<GoldenComparison> Run)>> cases)
    {
        var summary = new GoldenSummary(0, 0, 0);
        foreach (string path in paths)
        {
            (string Name, Func<GoldenComparison> Run)[] found;
            try
            {
                found = cases(path).ToArray();
            }
            catch (GoldenException e)
            {
                found = [(Path.GetFileNameWithoutExtension(path), () => throw e)];
            }

            foreach (var (name, run) in found)
            {
                var (line, count) = Report(() => name, run);
                onLine(line);
                summary += count;
            }
        }

        return summary;
    }

    /// <summary>The line of a case, whatever happens to it.</summary>
    internal static (string Line, GoldenSummary Count) Report(Func<string> name, Func<GoldenComparison> run)
    {
        try
        {
            GoldenComparison comparison = run();
            return ($"{name()}  {comparison}", comparison.Passed ? new GoldenSummary(1, 0, 0) : new GoldenSummary(0, 1, 0));
        }
        catch (GoldenUnsupportedException e)
        {
            return ($"{name()}  SKIP {e.Message}", new GoldenSummary(0, 0, 1));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a case does to a backend, the other cases run.
            return ($"{name()}  FAIL {e.Message}", new GoldenSummary(0, 1, 0));
        }
    }
}
