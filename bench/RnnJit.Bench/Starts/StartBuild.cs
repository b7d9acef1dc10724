using System.Diagnostics;

namespace RnnJit.Bench.Starts;

/// <summary>The program bench/dotnet/Start, published in one way.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Options">Properties of its build.</param>
/// <param name="IsWide">False where the JIT is to use 256 bits.</param>
internal sealed record StartBuild(string Name, string[] Options, bool IsWide = true)
{
    /// <summary>True where it is built from the package.</summary>
    public bool IsPackage => Options.Contains("-p:StartMode=package");

    /// <summary>Publishes it into a folder.</summary>
    /// <param name="root">The clone whose runtime it uses.</param>
    /// <exception cref="InvalidOperationException">It was not built.</exception>
    public string Publish(string project, string root, string folder)
    {
        // Images of a composite stay there, and another way to publish would take them.
        string built = Path.Combine(Path.GetDirectoryName(project)!, "obj");
        if (Directory.Exists(built))
            Directory.Delete(built, recursive: true);
        string to = Path.Combine(folder, string.Concat(Name.Where(char.IsLetterOrDigit)));
        Require(Name, ["publish", project, "-c", "Release", "-v", "q", "-nodeReuse:false", "-p:RunAnalyzers=false",
            $"-p:RnnJitRoot={root}", .. Options, "-o", to]);
        return Path.Combine(to, "Start");
    }

    /// <summary>Runs dotnet.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Require(string what, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{what} was not built:\n{output}");
    }

    /// <summary>Starts a published program.</summary>
    /// <returns>Its first line, milliseconds from the start of the process to that line, and what it printed after it.</returns>
    public (string Line, double Milliseconds, string After) First(string program, string[] arguments)
    {
        long begin = Stopwatch.GetTimestamp();
        using Process process = Start(program, arguments);
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name} printed nothing");
        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        string rest = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return (line, milliseconds, rest);
    }

    private Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        if (!IsWide)
            start.Environment["DOTNET_EnableAVX512"] = "0";
        return Process.Start(start)!;
    }
}
