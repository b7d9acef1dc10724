using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace RnnJit.Cli.Tests.Commands;

/// <summary>Paths, links and devices that <c>train</c> must not write to: one sentence, exit code 2, every file as it was.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public class OutputPathTests
{
    private const string Device = "cannot be written: it is a character device, wanted a file",
        Same = "are the same file (write to another one)";

    // The file "text" is the text, "cell.ir" the cell, "old.safetensors" an old checkpoint; links lead as their names say.
    private static readonly (string Sentence, string[] Options)[] Refused =
    [
        (Device, ["--out", "/dev/null"]), (Device, ["--plot", "/dev/null"]), (Device, ["--out", "/dev/full"]),
        (Device, ["--out", "to-null"]), (Device, ["--plot", "to-null"]),
        ("it is a FIFO, wanted a file", ["--out", "fifo"]), ("it is a FIFO, wanted a file", ["--plot", "fifo"]),
        ("it is a FIFO, wanted a file", ["--out", "to-fifo"]),
        ("it is a socket, wanted a file", ["--out", "socket"]), ("it is a socket, wanted a file", ["--plot", "socket"]),
        ("is a folder, wanted a file", ["--out", "folder"]), ("is a folder, wanted a file", ["--plot", "to-folder"]),
        (Same, ["--out", "text"]), (Same, ["--plot", "text"]), (Same, ["--out", "to-text"]), (Same, ["--plot", "to-text"]),
        (Same, ["--out", "hard-text"]), (Same, ["--plot", "hard-text"]),
        (Same, ["--out", "to-folder/../text"]), (Same, ["--out", "folder/up-text"]), (Same, ["--out", "to-folder/up-text"]),
        (Same, ["--out", "cell.ir"]), (Same, ["--plot", "cell.ir"]), (Same, ["--plot", "to-cell"]),
        (Same, ["--out", "old.safetensors", "--plot", "old.safetensors"]), (Same, ["--out", "old.safetensors", "--plot", "to-old"]),
        (Same, ["--out", "new", "--plot", "to-new"]), (Same, ["--out", "folder/new", "--plot", "to-folder/new"]),
        (Same, ["--out", "curve.svg"]),
        ("links", ["--out", "circle"]), ("does not exist", ["--out", "dangling-folder/new"]),
    ];

    [Test]
    public void Nothing_is_lost_through_paths_links_and_devices()
    {
        using var folder = new TemporaryFolder();
        using Socket socket = Prepare(folder);
        var before = Content(folder);
        Assert.That(Refused, Has.Length.GreaterThanOrEqualTo(30));
        foreach (var (sentence, options) in Refused)
        {
            string[] full = [.. options.Select(option => option.StartsWith('-') || option.StartsWith('/') ? option : folder.File(option))];
            string what = string.Join(' ', options);
            CommandRun run = CommandRun.Of([
                "train", "--text", folder.File("text"), "--cell", folder.File("cell.ir"), "--steps", "1", "--batch", "2", "--seq", "4",
                .. options.Contains("--out") ? (string[])[] : ["--out", folder.File("m.safetensors")], .. full]);
            Assert.That(run.ExitCode, Is.EqualTo(2), what + run.Error + run.Output);
            Assert.That(run.Error, Does.StartWith("rnnjit: ").And.Contain(sentence), what);
            Assert.That(Content(folder), Is.EqualTo(before), what);
        }
    }

    [Test]
    public void The_text_of_a_checkpoint_and_the_file_resumed_are_not_drawn_over()
    {
        using var folder = new TemporaryFolder();
        folder.Text("text");
        string file = folder.File("m.safetensors");
        Assert.That(CommandRun.Of("train", "--text", folder.File("text"), "--out", file, "--steps", "1", "--batch", "2", "--seq", "4",
            "--hidden", "4", "--sample", "0").ExitCode, Is.Zero);
        var before = Content(folder);
        foreach (string option in (string[])["--out", "--plot"])
            BadInputTests.Refused(CommandRun.Of("train", "--resume", file, option, folder.File("text")), Same);
        BadInputTests.Refused(CommandRun.Of("train", "--resume", file, "--plot", file), Same);
        Assert.That(Content(folder), Is.EqualTo(before));
    }

    // Opening a FIFO waits for its writer, so a test that hangs has opened it.
    [Test, CancelAfter(60_000)]
    public void The_text_that_a_checkpoint_names_is_opened_only_if_it_is_a_regular_file(CancellationToken hang)
    {
        using var folder = new TemporaryFolder();
        folder.Text("text");
        string file = folder.File("m.safetensors"), text = folder.File("text");
        Assert.That(CommandRun.Of("train", "--text", text, "--out", file, "--steps", "1", "--batch", "2", "--seq", "4", "--hidden", "4",
            "--sample", "0").ExitCode, Is.Zero);
        foreach (var (kind, make) in ((string, Action)[])[
            ("a FIFO", () => Start("mkfifo", text)), ("a character device", () => File.CreateSymbolicLink(text, "/dev/zero")),
            ("a folder", () => Directory.CreateSymbolicLink(text, folder.Path))])
        {
            File.Delete(text);
            make();
            Task<CommandRun> run = Task.Run(() => CommandRun.Of("train", "--resume", file), hang);
            run.Wait(hang);
            BadInputTests.Refused(run.Result,
                $"The text of '{file}', '{text}', is {kind}, wanted a regular file (give the text it began with by --text)");
        }
    }

    [Test]
    public void A_checkpoint_is_written_through_a_link_and_a_leftover_is_removed()
    {
        using var folder = new TemporaryFolder();
        folder.Text("text");
        File.WriteAllText(folder.File("real"), "old");
        File.CreateSymbolicLink(folder.File("link"), "real");
        File.WriteAllText(folder.File("real.0123456789abcdef0123456789abcdef.tmp"), "half");
        CommandRun run = CommandRun.Of("train", "--text", folder.File("text"), "--out", folder.File("link"), "--steps", "1", "--batch", "2",
            "--seq", "4", "--hidden", "4", "--sample", "0");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(folder.Names, Is.EqualTo(new[] { "link", "link.svg", "real", "text" }));
        Assert.That(new FileInfo(folder.File("link")).LinkTarget, Is.EqualTo("real"));
        Assert.That(new FileInfo(folder.File("real")).Length, Is.GreaterThan(1000));
    }

    private static Socket Prepare(TemporaryFolder folder)
    {
        folder.Text("text");
        File.WriteAllText(folder.File("cell.ir"), CommandRun.Of("show", "elman", "--after", "cell").Output);
        File.WriteAllText(folder.File("old.safetensors"), "old");
        Directory.CreateDirectory(folder.File("folder"));
        foreach (var (link, target) in ((string, string)[])[
            ("to-null", "/dev/null"), ("to-fifo", "fifo"), ("to-folder", "folder"), ("to-text", "text"), ("folder/up-text", "../text"),
            ("to-cell", "cell.ir"),
            ("to-old", "old.safetensors"), ("to-new", "new"), ("circle", "circle"), ("dangling-folder", "nowhere")])
            File.CreateSymbolicLink(folder.File(link), target);
        Start("ln", folder.File("text"), folder.File("hard-text"));
        Start("mkfifo", folder.File("fifo"));
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.File("socket")));
        return socket;
    }

    private static void Start(string tool, params string[] arguments)
    {
        using Process process = Process.Start(tool, arguments);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, tool);
    }

    private static bool IsRegular(string path) =>
        Path.GetFileName(path) is "text" or "cell.ir" or "old.safetensors" or "m.safetensors" or "m.svg";

    // Names, kinds and contents; what is no regular file has none.
    private static string[] Content(TemporaryFolder folder) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {new FileInfo(path).LinkTarget} "
                + (IsRegular(path) ? Convert.ToHexString(File.ReadAllBytes(path)) : "")),
    ];
}
