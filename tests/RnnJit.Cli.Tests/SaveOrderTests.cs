using System.Text.RegularExpressions;

namespace RnnJit.Cli.Tests;

/// <summary>The system calls of a save, in their order, and what a disk that fails in one of them leaves behind; seen
/// and made to fail by strace.</summary>
[Platform("Linux")]
public partial class SaveOrderTests
{
    private const string Train =
        "train --text text.txt --out m.safetensors --hidden 4 --embedding 3 --batch 2 --seq 4 --steps 1 --sample 0 --threads 1";

    [OneTimeSetUp]
    public void RequireStrace()
    {
        using var folder = new TemporaryFolder();
        if (ToolProcess.Run("strace -f -o /dev/null true", folder.Path).Code != 0)
            Assert.Ignore(
                "strace is missing or may not trace here, so the system calls of a save cannot be seen (install it: apt-get install "
                    + "strace)");
    }

    [Test]
    public void A_save_writes_flushes_renames_and_flushes_the_folder()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        File.WriteAllText(folder.File("m.safetensors"), "old");
        var (code, _, error) = ToolProcess.Run(
            "strace -f -y -qq --seccomp-bpf -e signal=none -e "
                + $"trace=write,pwrite64,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2 -o calls $rnnjit {Train}",
            folder.Path);
        Assert.That(code, Is.Zero, error);
        string[] calls = File.ReadAllLines(folder.File("calls"));
        foreach (string file in (string[])["m.safetensors", "m.svg"])
        {
            // Of the file's temporary file and of the folder behind it; threads may interrupt each other's
            // lines, so that only their beginnings count.
            int renamed = Array.FindIndex(calls, call => Rename().IsMatch(call) && call.Contains($"/{file}\"", StringComparison.Ordinal));
            Assert.That(renamed, Is.Positive, string.Join('\n', calls));
            string temporary = Temporary().Match(calls[renamed]).Value;
            string[] before = [.. calls[..renamed].Where(call => call.Contains(temporary, StringComparison.Ordinal)).Select(Name)];
            Assert.That(before[..^1].Distinct(), Is.SubsetOf(new[] { "write", "pwrite64", "pwritev", "ftruncate" }).And.Not.Empty, file);
            Assert.That(before[^1], Is.EqualTo("fsync"), file);
            Assert.That(calls[(renamed + 1)..].Where(call => call.Contains(temporary, StringComparison.Ordinal)), Is.Empty, file);
            Assert.That(calls[(renamed + 1)..].First(call => Name(call) == "fsync"), Does.Contain(folder.Path + ">"), file);
        }
    }

    // The first flush is that of the checkpoint's temporary file, the second one that of its folder.
    [TestCase(1, "rnnjit: 'm.safetensors' could not be written and is as it was before: ", false)]
    [TestCase(2,
        "rnnjit: 'm.safetensors' is written, but its folder could not be flushed to the disk: Input/output error (check the disk; ", true)]
    public void A_flush_that_fails_is_said(int flush, string sentence, bool written)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        File.WriteAllText(folder.File("m.safetensors"), "old");
        var (code, _, error) = ToolProcess.Run(
            $"strace -f -qq --seccomp-bpf -e signal=none -e trace=fsync -e inject=fsync:error=EIO:when={flush} -o calls $rnnjit {Train}",
            folder.Path);
        Assert.That(code, Is.EqualTo(1), error);
        Assert.That(error, Does.StartWith(sentence));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(File.ReadAllText(folder.File("m.safetensors")) == "old", Is.Not.EqualTo(written));
        Assert.That(folder.Names, Is.EqualTo(new[] { "calls", "m.safetensors", "text.txt" }));
        if (written)
            Assert.That(CommandRun.Of("sample", folder.File("m.safetensors"), "--length", "1").ExitCode, Is.Zero);
    }

    private static string Name(string call) => Call().Match(call).Groups[1].Value;

    [GeneratedRegex(@"^\d+\s+rename(at2?)?\(")]
    private static partial Regex Rename();

    [GeneratedRegex(@"^\d+\s+(\w+)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"[^/""]+\.[0-9a-f]{32}\.tmp")]
    private static partial Regex Temporary();
}
