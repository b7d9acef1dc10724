using System.Diagnostics;
using RnnJit.Cli.Commands;

namespace RnnJit.Cli.Tests.Commands;

/// <summary>Processes that share a folder of compiled kernels.</summary>
[NonParallelizable]
public class KernelCacheTests
{
    private static readonly string Cell = Repository.File("docs/cells/FastSlow.cs");

    [Test]
    public void Processes_at_once_share_kernels_and_later_ones_find_them()
    {
        using var folder = new TemporaryFolder();
        Process first = Explain(folder, folder.File("kernels")), second = Explain(folder, folder.File("kernels"));
        string text = Output(first);
        Assert.That(Output(second), Is.EqualTo(text));
        Dictionary<string, DateTime> written = Kernels(folder);
        Assert.That(written, Is.Not.Empty);

        Assert.That(Output(Explain(folder, folder.File("kernels"))), Is.EqualTo(text));
        Assert.That(Kernels(folder), Is.EqualTo(written), "found, not written again");
    }

    [Test]
    public void Without_a_folder_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        Output(Explain(folder, null));
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void Doctor_shows_and_clears_it()
    {
        using var folder = new TemporaryFolder();
        string kernels = folder.File("kernels");
        Output(Explain(folder, kernels));
        int count = Kernels(folder).Count;
        Assert.That(CommandRun.Of("doctor", "--kernel-cache", kernels).Output, Does.Contain($"{kernels}: {count} kernels, "));
        Assert.That(CommandRun.Of("doctor", "--kernel-cache", kernels, "--clear-kernel-cache").Output,
            Is.EqualTo($"{count} kernels removed from '{kernels}'{Environment.NewLine}"));
        Assert.That(CommandRun.Of("doctor", "--kernel-cache", kernels).Output, Does.Contain($"{kernels}: 0 kernels, 0 bytes"));
        Assert.That(CommandRun.Of("doctor").Output, Does.Contain("off (--kernel-cache FOLDER or RNNJIT_KERNEL_CACHE names one)"));
        BadInputTests.Refused(CommandRun.Of("doctor", "--clear-kernel-cache"), "There is no kernel cache to clear");
        BadInputTests.Refused(CommandRun.Of("doctor", "--kernel-cache", ""), "--kernel-cache is empty");
    }

    [Test]
    public void A_folder_that_cannot_be_used_is_named_and_the_command_goes_on()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Text();
        Process explain = Explain(folder, file);
        Assert.That(explain.StandardError.ReadToEnd(),
            Does.StartWith($"rnnjit: warning RNNJ223: The kernel cache '{file}' is not used: ").And
                .EndsWith("(choose another folder)" + Environment.NewLine));
        Output(explain);
    }

    // A process of its own: kernels that this one has compiled would not be compiled again.
    private static Process Explain(TemporaryFolder folder, string? kernels)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "explain",
            Cell])
        { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        start.Environment.Remove(Jit.KernelCache.Variable);
        if (kernels is not null)
            start.Environment[Jit.KernelCache.Variable] = kernels;
        return Process.Start(start)!;
    }

    private static string Output(Process process)
    {
        using (process)
        {
            string text = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, error);
            return text;
        }
    }

    private static Dictionary<string, DateTime> Kernels(TemporaryFolder folder) =>
        Directory.GetFiles(folder.File("kernels")).ToDictionary(file => file, File.GetLastWriteTimeUtc);
}
