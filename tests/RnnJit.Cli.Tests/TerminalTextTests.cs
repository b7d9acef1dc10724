namespace RnnJit.Cli.Tests;

public class TerminalTextTests
{
    [TestCase("\u001b[2J", "\\u001B[2J")]
    [TestCase("a\u202Eb", "a\\u202Eb")]
    [TestCase("a\u2066b\u2069", "a\\u2066b\\u2069")]
    [TestCase("a\u009Bb\u0007", "a\\u009Bb\\u0007")]
    [TestCase("a\rb", "a\\u000Db")]
    [TestCase("a\u2028b\u0085", "a\\u2028b\\u0085")]
    [TestCase("a\tb\nc\r\nµ →", "a\tb\nc\r\nµ →")]
    public void Control_and_format_characters_are_shown_by_number(string text, string shown) =>
        Assert.That(TerminalText.Of(text), Is.EqualTo(shown));

    [Test]
    public void Every_way_of_writing_is_safe()
    {
        var output = new StringWriter { NewLine = "\n" };
        var safe = new TerminalText(output);
        safe.Write('\u001b');
        safe.Write("\u001b");
        safe.Write("\u001b".AsSpan());
        safe.Write(new[] { '\u001b' });
        safe.WriteLine("\u001b");
        safe.WriteLine((object)"\u001b");
        safe.WriteLine("{0}", "\u001b");
        Assert.That(output.ToString().Replace("\n", "").Replace("\r", ""), Is.EqualTo(string.Concat(Enumerable.Repeat("\\u001B", 7))));
    }

    [Test]
    public void A_name_with_escape_codes_reaches_no_terminal()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("c.ir"),
            "cell E\u001b[31m\u202E\n  input x: f32[B, H]\n  state h\u001b]0;t\u0007: f32[B, H]\n  next h\u001b]0;t\u0007 = x\n");
        foreach (string[] command in (string[][])[["show"], ["emit"], ["explain"], ["gradcheck"], ["show", "--json"],
            ["bench", "--seconds", "0.01", "--seq", "2", "--batch", "2", "--hidden", "4"]])
        {
            CommandRun run = CommandRun.Of([command[0], folder.File("c.ir"), .. command[1..]]);
            Assert.That((run.Output + run.Error).Where(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t') || c == '\u202E'),
                Is.Empty, command[0]);
            Assert.That(run.Output + run.Error, Is.Not.Empty);
        }
    }
}
