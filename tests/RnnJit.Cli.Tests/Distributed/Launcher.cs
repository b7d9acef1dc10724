namespace RnnJit.Cli.Tests.Distributed;

/// <summary>The launcher of an MPI that is installed beside another one, as Debian names them.</summary>
/// <param name="Name">openmpi or mpich.</param>
/// <param name="Options">Allow more ranks than cores, and root, as a container of tests has them.</param>
internal sealed record Launcher(string Name, string Options)
{
    public static Launcher Of(string name) =>
        new(name, name == "openmpi" ? "--oversubscribe --allow-run-as-root --bind-to none" : "");

    /// <summary>A launcher that gives rank 0 time to speak on a busy machine, when the others are gone. It waits that time at each end that
    /// is no success.</summary>
    public Launcher Patient() => Name == "openmpi" ? this with { Options = Options + " --mca odls_base_sigkill_timeout 2" } : this;

    public string Program => $"mpirun.{Name}";

    /// <summary>The command that starts ranks, for a shell.</summary>
    public string Ranks(int count) => $"{Program} {Options} -n {count}";

    /// <summary>Skips the test where the launcher is not installed.</summary>
    public void Require()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, Program))))
            Assert.Ignore($"{Program} is not installed (install Debian's openmpi-bin and mpich)");
    }
}
