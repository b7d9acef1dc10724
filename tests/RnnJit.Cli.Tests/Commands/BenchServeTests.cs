using System.Globalization;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Tests.Commands;

/// <summary>The protocol of <c>bench serve</c>, a line for a line.</summary>
public class BenchServeTests
{
    private static string[] Answers(params string[] lines)
    {
        var output = new StringWriter();
        using (var server = new BenchServer(new StringReader(Text(lines)), output, BenchCells.Find, warmUp: 0))
            server.Run(default);
        return output.ToString().TrimEnd('\n').Split('\n');
    }

    private static string Text(string[] lines) => string.Concat(lines.Select(line => line + "\n"));

    [Test]
    public void The_command_speaks_on_standard_streams()
    {
        CommandRun run = CommandRun.WithInput("mk lstm forward 2 1 2 2 1 f32\n", "bench", "serve");
        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, "ready\nok\n", "")));
    }

    [TestCase("lstm", "forward", "f32")]
    [TestCase("lstm", "forward", "bf16w")]
    [TestCase("gru", "training", "f32")]
    [TestCase("rnn", "training", "f32")]
    public void A_layer_is_made_and_timed(string cell, string mode, string precision)
    {
        string[] answers = Answers($"mk {cell} {mode} 3 2 5 4 1 {precision}", "t 0.001", "t 0");
        Assert.That(answers, Has.Length.EqualTo(4));
        Assert.That(answers[..2], Is.EqualTo(["ready", "ok"]));
        foreach (string times in answers[2..])
            Assert.That(times.Split(' ').Select(time => double.Parse(time, CultureInfo.InvariantCulture)),
                Is.Not.Empty.And.All.GreaterThan(0));
        Assert.That(answers[3].Split(' '), Has.Length.EqualTo(1), "one run even where none fits");
    }

    [TestCase("forward 3 2 5 4 1 f32 --lengths uniform")]
    [TestCase("training 3 2 5 4 1 f32 --lengths full")]
    [TestCase("training 3 2 5 4 1 f32 --zoneout 0.1 --recurrent-dropout 0.1")]
    [TestCase("training 3 2 5 4 1 f32 --lengths 2 --layer-norm")]
    [TestCase("stream 1 1 5 4 1 f32")]
    [TestCase("stream 1 2 5 4 1 bf16w --layer-norm")]
    public void Lengths_additions_and_streams_are_timed(string layer) =>
        Assert.That(Answers($"mk lstm {layer}", "t 0")[1..].Select(answer => answer.Split(' ')[0]).ToArray() is ["ok", var time]
            && double.Parse(time, CultureInfo.InvariantCulture) > 0);

    [Test]
    public void Options_reach_the_cell_and_the_lengths()
    {
        Assert.That(new ServedOptions(["--zoneout", "0.1"]).Apply(BenchCells.Find("lstm")).Step,
            Is.Not.EqualTo(BenchCells.Find("lstm").Step));
        Assert.That((new ServedOptions(["--lengths", "full"]).Lengths, new ServedOptions([]).Lengths), Is.EqualTo(("full", (string?)null)));
    }

    [Test]
    public void Empty_lines_have_no_answer() =>
        Assert.That(Answers("", "  ", "t 1", ""), Is.EqualTo(["ready", "error There is nothing to time (send mk first)"]));

    [Test]
    public void The_end_of_input_is_the_end() => Assert.That(Answers(), Is.EqualTo(["ready"]));

    [TestCase("t 1", "error There is nothing to time (send mk first)")]
    [TestCase("t", "error 't' has 0 arguments, wanted the seconds to measure (t 0.5)")]
    [TestCase("x", "error 'x' is no command (known: mk, t)")]
    [TestCase("mk lstm forward 3 2", "error 'mk' has 4 arguments, wanted 8 (" + ServedLayer.Form + ")")]
    [TestCase("mk lstm sideways 3 2 5 4 1 f32", "error The mode is 'sideways', wanted forward, training or stream (change it)")]
    [TestCase("mk lstm forward 3 0 5 4 1 f32", "error B is '0', wanted a whole number of at least 1 (change it)")]
    [TestCase("mk lstm forward 3 2 5 4 0 f32", "error THREADS is '0', wanted a whole number of at least 1 (change it)")]
    [TestCase("mk lstm forward 3 2 5 4 1 f16", "error The precision is 'f16', wanted f32 or bf16w (change it)")]
    [TestCase("mk lstm training 3 2 5 4 1 bf16w", "error Weights in 16 bits are for inference (write forward, or f32)")]
    [TestCase("mk lstm stream 3 1 5 4 2 f32", "error A stream has T 3 and THREADS 2, wanted 1 and 1 (it runs step by step on one thread)")]
    [TestCase("mk lstm stream 1 1 5 4 1 f32 --lengths full", "error A stream has no lengths (leave --lengths out)")]
    [TestCase("mk lstm forward 3 2 5 4 1 f32 --lengths odd",
        "error --lengths is 'odd', wanted uniform, full or a number up to --seq 3 (change it)")]
    [TestCase("mk lstm forward 3 2 5 4 1 f32 --zoneout much", "error --zoneout is 'much', wanted a number such as 0.5 (change it)")]
    [TestCase("mk lstm forward 3 2 5 4 1 f32 --odd", "error '--odd' is no option or command here")]
    [TestCase("mk", "error 'mk' has 0 arguments, wanted 8 (" + ServedLayer.Form + ")")]
    [TestCase("t 0 1", "error 't' has 2 arguments, wanted the seconds to measure (t 0.5)")]
    [TestCase("mk lstm forward 99999999999 2 5 4 1 f32", "error T is '99999999999', wanted a whole number of at least 1 (change it)")]
    [TestCase("mk lstm forward 3 2 5 4.5 1 f32", "error H is '4.5', wanted a whole number of at least 1 (change it)")]
    [TestCase("mk lstm forward 3 2 5 4 100000 f32",
        "error The number of threads is 100000, wanted 0 (one for each core) to 1024 (change it)")]
    [TestCase("mk lstm forward 100000 100000 2 2 1 f32",
        "error A tensor of [100000, 100000, 2] has more than 2147483647 elements (make it smaller)")]
    [TestCase("mk docs/none.ir forward 3 2 5 4 1 f32", "error 'docs/none.ir' could not be read: ")]
    [TestCase("mk sru forward 3 2 5 4 1 f32", "error Cell 'Sru' lets nobody choose the number of its inputs")]
    [TestCase("mk nothing forward 3 2 5 4 1 f32", "error No cell is called 'nothing'")]
    [TestCase("mk no such file.cs forward 3 2 5 4 1 f32", "error 'no such file.cs' does not exist (check the path)")]
    public void An_error_is_one_line_and_the_loop_goes_on(string line, string answer)
    {
        string[] answers = Answers(line, "", "mk lstm forward 2 1 2 2 1 f32", "t 0");
        Assert.That(answers, Has.Length.EqualTo(4));
        Assert.That(answers[1], Does.StartWith(answer));
        Assert.That(answers[2], Is.EqualTo("ok"));
    }

    [TestCase("\n")]
    [TestCase("\r\n")]
    public void Lines_end_as_on_any_system(string end)
    {
        var output = new StringWriter();
        using var server =
            new BenchServer(new StringReader($"mk lstm forward 2 1 2 2 1 f32{end}t 0{end}t"), output, BenchCells.Find, warmUp: 0);
        server.Run(default);
        string[] answers = output.ToString().Split('\n');
        Assert.That((answers.Length, answers[1], answers[3], answers[4]),
            Is.EqualTo((5, "ok", "error 't' has 0 arguments, wanted the seconds to measure (t 0.5)", "")), "the last line needs no end");
        Assert.That(output.ToString(), Has.No.Member('\r'));
    }

    [Test]
    public void Memory_that_is_not_there_is_an_error()
    {
        var output = new StringWriter();
        using var server =
            new BenchServer(new StringReader("mk lstm forward 2 1 2 2 1 f32\nx"), output, _ => throw new OutOfMemoryException(), warmUp: 0);
        server.Run(default);
        Assert.That(output.ToString().Split('\n')[1..3], Is.EqualTo(
            ["error This machine has not enough memory for these sizes (make them smaller)", "error 'x' is no command (known: mk, t)"]));
    }

    [Test]
    public void A_layer_that_failed_is_not_timed_in_place_of_the_one_before() =>
        Assert.That(Answers("mk lstm forward 2 1 2 2 1 f32", "mk sru forward 3 2 5 4 1 f32", "t 0")[2..], Has.All.StartsWith("error "));

    [Test]
    public void Seconds_are_a_number() =>
        Assert.That(Answers("mk lstm forward 2 1 2 2 1 f32", "t 0,5", "t -1", "t nan", "t inf", "t 1e400", "t much")[2..],
            Has.All.StartsWith("error SECONDS is '"));

    [Test]
    public void A_cell_may_be_a_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a cell.cs");
        File.Copy(Repository.File("docs/cells/Minimal.cs"), path);
        Assert.That(Answers($"mk {path} training 2 1 3 4 1 f32", "t 0")[1], Is.EqualTo("ok"));
    }
}
