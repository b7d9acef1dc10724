using System.Diagnostics;

namespace RnnJit.Cli;

/// <summary>This tool in a further process.</summary>
internal static class OwnProcess
{
    /// <summary>The program and its first argument where it needs one.</summary>
    public static ProcessStartInfo Start()
    {
        string host = Environment.ProcessPath!;
        return IsDotnet(host) ? new ProcessStartInfo(host, [typeof(OwnProcess).Assembly.Location]) : new ProcessStartInfo(host);
    }

    /// <summary>What runs .dll files: the host of this process, or the one on the path.</summary>
    public static string Dotnet => Environment.ProcessPath is { } host && IsDotnet(host) ? host : "dotnet";

    private static bool IsDotnet(string host) => Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
}
