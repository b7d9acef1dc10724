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

    /// <summary>The dotnet host that runs .dll files: that of this process, else the one on the search path.</summary>
    public static string Dotnet => Environment.ProcessPath is { } host && IsDotnet(host) ? host : "dotnet";

    private static bool IsDotnet(string host) =>
        Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
}
