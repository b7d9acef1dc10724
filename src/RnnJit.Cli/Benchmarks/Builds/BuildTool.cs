using System.Diagnostics;
using RnnJit.Cli.Peers;

namespace RnnJit.Cli.Benchmarks.Builds;

/// <summary>A build of this tool that answers the lines of <c>bench serve</c>.</summary>
internal static class BuildTool
{
    private const string Name = "rnnjit";

    /// <summary>This build.</summary>
    public static ProcessStartInfo Own() => Serve(OwnProcess.Start());

    /// <summary>The build at a path: a .dll, an executable, or a folder with one of them.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ProcessStartInfo At(string path)
    {
        string file = Directory.Exists(path) ? InFolder(path) : path;
        if (!File.Exists(file))
            throw new UsageException(
                $"--other is '{path}', which does not exist (give a build's {Name}, {Name}.dll, or the folder that holds it)");

        string full = Path.GetFullPath(file);
        return Serve(full.EndsWith(".dll",
            StringComparison.OrdinalIgnoreCase) ? new ProcessStartInfo(OwnProcess.Dotnet, [full]) : new ProcessStartInfo(full));
    }

    /// <summary>Starts a build.</summary>
    /// <exception cref="PeerException">It does not start, or is no such tool.</exception>
    public static PeerProcess Start(ProcessStartInfo start, int threads)
    {
        var (process, missing) = PeerProcess.Start(start, threads, bits: 0);
        return process ?? throw new PeerException(missing);
    }

    // A folder may hold both; the .dll runs under the host of this process, the executable looks for one.
    private static string InFolder(string folder) =>
        ((string[])[Name + ".dll", Name, Name + ".exe"]).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new UsageException($"The folder '{folder}' holds no {Name}.dll and no {Name} (give the folder of a build's tool)");

    private static ProcessStartInfo Serve(ProcessStartInfo start)
    {
        start.ArgumentList.Add("bench");
        start.ArgumentList.Add("serve");
        return start;
    }
}
