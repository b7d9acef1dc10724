using System.Diagnostics;
using System.Text.Json;
using RnnJit.Cli.Benchmarks;
using RnnJit.Cli.Benchmarks.Builds;
using RnnJit.Cli.Commands;
using RnnJit.Cli.Peers;

namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>bench builds</c>: what is made of two builds' times, here of scripts that answer like builds; never how fast a build
/// is.</summary>
public class BuildsTests
{
    private static readonly MeasurementBudget Brief = new(2, 0.001, 0);

    private static readonly BuildCase[] Two = [new("lstm", "forward", 2, 1, 3, 3, 1), new("", "training", 2, 1, 3, 3, 1)];

    // Answers 'ok' to each layer but those that hold a word, and always the same times.
    private static PeerProcess Fake(string times, string refused = "nothing") => PeerProcess.Start(
        new ProcessStartInfo("sh", ["-c",
            $"echo ready; while read line; do case \"$line\" in *{refused}*) echo error 'no such layer';; mk*) echo ok;; "
                + $"*) echo {times};; esac; done"]),
        1, 0).Process!;

    private static (int Code, string Output) Report(Func<bool, int, PeerProcess> start, bool json = false, int repeats = 3)
    {
        var output = new StringWriter();
        var terminal = new Terminal(output, new StringWriter(), Interactive: false, Colour: false, default);
        return (BenchBuildsCommand.Report(terminal, new BuildRun(Two, start, Brief, repeats, terminal.Error, default), json,
            markdown: true), output.ToString());
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Ratios_are_the_others_time_by_ours()
    {
        var (code, output) = Report((own, _) => own ? Fake("0.004 0.002 0.003") : Fake("0.001 0.0012 0.0015"));
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("| lstm forward 2,1,3 f32 | 1 | 2.0000 | 1.0000 | 0.500 | 0.400 | 1.000 | 1.000 | 3 of 3 |")
            .And.Contain("geometric mean 0.500 (medians 0.400; control 1.000), wanted 0.99: not met").And.Contain("least 0.500")
            .And.Contain("below 0.95: 2 of 2 in all 3 repeats (control 0), 2 in at least one (control 0); wanted none in all: not met"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Equal_builds_meet_what_is_wanted() =>
        Assert.That(Report((_, _) => Fake("0.001")).Output,
            Does.Contain("wanted 0.99: met").And.Contain("wanted none in all: met").And.Contain("| 0 of 3 |"));

    [Test]
    [Platform(Exclude = "Win")]
    public void What_the_other_build_refuses_is_not_measured()
    {
        var (code, output) = Report((own, _) => own ? Fake("0.001") : Fake("0.001", refused: "training"));
        Assert.That((code, output), Is.EqualTo((0, output)));
        Assert.That(output, Does.Contain("not measured: FastSlow training 2,1,3 f32, 1 thread: the other build: no such layer").And
            .Contain("0 of 1 in all 3"));
        Assert.That(output.Split("FastSlow"), Has.Length.EqualTo(2), "only there");
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void What_this_build_refuses_is_a_failure() =>
        Assert.That(Report((own, _) => Fake("0.001", refused: own ? "training" : "nothing")).Code, Is.EqualTo(1));

    [Test]
    [Platform(Exclude = "Win")]
    public void A_build_that_ends_takes_one_layer_with_it()
    {
        PeerProcess Ends() => PeerProcess.Start(new ProcessStartInfo("sh", ["-c",
            "echo ready; while read line; do case \"$line\" in *lstm*) echo why >&2; exit 1;; mk*) echo ok;; *) echo 0.001;; esac; done"]),
            1, 0).Process!;
        string output = Report((own, _) => own ? Fake("0.001") : Ends()).Output;
        Assert.That(output, Does.Contain("not measured: lstm forward 2,1,3 f32, 1 thread: the other build: it ended and said: why").And
            .Contain("| FastSlow training 2,1,3 f32 |"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Json_has_each_repeat()
    {
        JsonElement json = JsonDocument.Parse(Report((own, _) => Fake(own ? "0.002" : "0.001"), json: true, repeats: 2).Output).RootElement;
        Assert.That(json.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("repeats").GetArrayLength()),
            Is.EqualTo([2, 2]));
        Assert.That(json.GetProperty("summary").GetProperty("below").EnumerateArray().Select(count => count.GetInt32()),
            Is.EqualTo([2, 2]));
        Assert.That(json.GetProperty("summary").GetProperty("geometricMean").GetDouble(), Is.EqualTo(0.5).Within(1e-12));
    }

    // Short sizes: that each line is understood, not how fast it is.
    [Test]
    public void This_build_knows_every_line()
    {
        using var cell = new ExampleCell();
        BuildCase[] small = [.. BuildCase.All.Select(one =>
            one with { Steps = Math.Min(one.Steps, 2), Batch = Math.Min(one.Batch, 2), Inputs = 4, Hidden = 4, Threads = 1 }).Distinct()];
        var output = new StringWriter();
        using (var server = new BenchServer(new StringReader(string.Concat(small.Select(one => one.Line(cell.Path) + "\nt 0\n"))), output,
            BenchCells.Find, warmUp: 0))
            server.Run(default);
        string[] answers = output.ToString().TrimEnd('\n').Split('\n');
        Assert.That(answers, Has.Length.EqualTo(1 + (2 * small.Length)));
        Assert.That(answers, Has.None.StartsWith("error"));
    }

    [Test]
    public void Every_kind_of_layer_is_compared()
    {
        Assert.That(BuildCase.All, Is.Unique);
        foreach (string kind in (string[])["lstm forward", "lstm training", "gru", "lstmlayernorm", "FastSlow", "stream", "bf16w",
            "--lengths", "--zoneout"])
            Assert.That(BuildCase.All.Count(one => one.Title.Contains(kind, StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(2), kind);
        Assert.That(BuildCase.All.Select(one => one.Threads).Distinct(), Is.EqualTo([1, 2]));
    }

    [TestCase("no/such/tool",
        "--other is 'no/such/tool', which does not exist (give a build's rnnjit, rnnjit.dll, or the folder that holds it)")]
    public void A_build_that_is_not_there_is_refused(string path, string sentence) =>
        BadInputTests.Refused(CommandRun.Of("bench", "builds", "--other", path), sentence);

    [Test]
    public void Wrong_numbers_and_names_are_refused()
    {
        BadInputTests.Refused(CommandRun.Of("bench", "builds", "--other", ".", "--repeats", "0"),
            "--repeats is 0, wanted at least 1 (change it)");
        BadInputTests.Refused(CommandRun.Of("bench", "builds", "--other", ".", "--only", "nothing"),
            "--only is 'nothing', which no layer of 'rnnjit bench builds' holds (for instance: lstm forward 25,1,512 f32)");
        using var folder = new TemporaryFolder();
        BadInputTests.Refused(CommandRun.Of("bench", "builds", "--other", folder.Path),
            $"The folder '{folder.Path}' holds no rnnjit.dll and no rnnjit (give the folder of a build's tool)");
    }
}
