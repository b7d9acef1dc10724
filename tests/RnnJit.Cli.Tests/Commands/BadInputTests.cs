namespace RnnJit.Cli.Tests.Commands;

/// <summary>Every bad input: one sentence on standard error, exit code 2, nothing written.</summary>
public class BadInputTests
{
    [TestCase("--hidden", "x", "--hidden is 'x', wanted a whole number (change it)")]
    [TestCase("--hidden", "0", "--hidden is 0, wanted 1 to 65536 (change it)")]
    [TestCase("--lr", "fast", "--lr is 'fast', wanted a number such as 0.5 (change it)")]
    [TestCase("--lr", "0,003", "--lr is '0,003', wanted a decimal point in place of the comma (write 0.003)")]
    [TestCase("--lr", "1,000.5", "--lr is '1,000.5', wanted a number such as 0.5 (change it)")]
    [TestCase("--lr", "NaN", "--lr is 'NaN', wanted a number such as 0.5 (change it)")]
    [TestCase("--decay", "0,5", "--decay is '0,5', wanted a decimal point in place of the comma (write 0.5)")]
    [TestCase("--steps", "1,000", "--steps is '1,000', wanted a whole number (change it)")]
    [TestCase("--lr", "-1", "--lr is -1, wanted a positive number (change it)")]
    [TestCase("--dropout", "1", "--dropout is 1, wanted at least 0 and below 1 (change it)")]
    [TestCase("--optimizer", "lion", "--optimizer is lion, wanted adam, amsgrad, adamw, sgd, rmsprop, adagrad, adadelta (change it)")]
    [TestCase("--schedule", "steps", "--schedule is steps, wanted constant, cosine, step, exponential, plateau, onecycle (change it)")]
    [TestCase("--precision", "f16", "--precision is 'f16', wanted f32 or f64 (change it)")]
    [TestCase("--steps", "0", "--steps is 0, wanted 1 or more (change it)")]
    [TestCase("--validation", "1", "--validation is 1, wanted above 0 and below 1 (change it)")]
    [TestCase("--momentum", "0.5", "--momentum has no meaning with --optimizer adam (it belongs to sgd, rmsprop)")]
    [TestCase("--patience", "3", "--patience has no meaning with --schedule cosine (it belongs to plateau)")]
    [TestCase("--beta1", "1", "--beta1 is 1, wanted at least 0 and below 1 (change it)")]
    [TestCase("--warmup", "-1", "--warmup is -1, wanted 0 or more (change it)")]
    [TestCase("--clip-value", "-1", "--clip-value is -1, wanted 0 (no clipping) or more (change it)")]
    [TestCase("--epsilon", "none", "--epsilon is 'none', wanted a number such as 0.5 (change it)")]
    [TestCase("--sample", "-1", "--sample is -1, wanted 0 or more (change it)")]
    [TestCase("--hiden", "3", "'--hiden' is no option or command here (did you mean '--hidden'? see 'rnnjit train --help')")]
    [TestCase("--cell", "lsmt", "No cell is called 'lsmt' (did you mean 'Lstm'? known: ")]
    [TestCase("--zoneout", "1", "--zoneout is 1, wanted at least 0 and below 1 (change it)")]
    [TestCase("--drop-connect", "-1", "--drop-connect is -1")]
    [TestCase("--batch", "5000", "characters")]
    public void Options(string option, string value, string sentence)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        Refused(CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), option, value), sentence);
        Assert.That(folder.Names, Is.EqualTo(new[] { "text.txt" }));
    }

    [Test]
    public void Regularisation_that_the_cell_has_no_place_for()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        Refused(CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), "--batch", "2", "--seq",
            "8", "--cell", "elman", "--recurrent-dropout", "0.1"), "so recurrent dropout has nothing to drop");
    }

    [Test]
    public void Options_that_exclude_each_other()
    {
        Refused(CommandRun.Of("train", "--epochs", "1", "--steps", "2"), "--epochs and --steps exclude each other");
        Refused(CommandRun.Of("train", "--resume", "m.safetensors", "--hidden", "3"), "--hidden and --resume exclude each other");
        Refused(CommandRun.Of("train", "--resume", "m.safetensors", "--nesterov"), "--nesterov and --resume exclude each other");
        Refused(CommandRun.Of("train", "--optimizer", "sgd", "--momentum", "1"),
            "--momentum is 1, wanted at least 0 and below 1 (change it)");
        Refused(CommandRun.Of("train", "--optimizer", "sgd", "--momentum", "0", "--nesterov"),
            "--nesterov is given, wanted a momentum above 0 and no dampening with it (change it)");
    }

    [Test]
    public void Decimal_commas_of_layers()
    {
        Refused(CommandRun.Of("bench", "lstm", "--seconds", "0,5"),
            "--seconds is '0,5', wanted a decimal point in place of the comma (write 0.5)");
        Refused(CommandRun.Of("explain", "lstm", "--zoneout", "0,1"),
            "--zoneout is '0,1', wanted a decimal point in place of the comma (write 0.1)");
        Assert.That(CommandRun.WithInput("t 0,5\n", "bench", "serve").Output,
            Does.Contain("error SECONDS is '0,5', wanted a decimal point in place of the comma (write 0.5)"));
    }

    [Test]
    public void Options_without_their_value()
    {
        Refused(CommandRun.Of("bench", "lstm", "--lengths"),
            "--lengths has no value (give one: uniform, full or a number of steps; see 'rnnjit bench --help')");
        Refused(CommandRun.Of("bench", "lstm", "--lengths", "--training"),
            "--lengths has no value before --training (give one: uniform, full or a number of steps; see 'rnnjit bench --help')");
        Refused(CommandRun.Of("bench", "lstm", "--seq", "--training"),
            "--seq has no value before --training (give one: number; see 'rnnjit bench --help')");
        Refused(CommandRun.Of("train", "--text"), "--text has no value (give one");
        Refused(CommandRun.Of("bench"), "Required argument missing for command: 'bench' (see 'rnnjit bench --help')");
    }

    [Test]
    public void Unknown_command() =>
        Refused(CommandRun.Of("trian"), "'trian' is no option or command here (did you mean 'train'? see 'rnnjit --help')");

    [Test]
    public void Missing_text()
    {
        using var folder = new TemporaryFolder();
        Refused(CommandRun.Of("train", "--text", folder.File("none.txt"), "--out", folder.File("m.safetensors")),
            "does not exist (check the path)");
    }

    [TestCase("", "is empty")]
    [TestCase("a\0b", "has a zero byte at 1, wanted a text file")]
    [TestCase("ab", "characters")]
    public void Useless_text(string content, string sentence)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("text.txt"), content);
        Refused(CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors")), sentence);
        Assert.That(folder.Names, Is.EqualTo(new[] { "text.txt" }));
    }

    [Test]
    public void Output_that_cannot_be_written()
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        Refused(CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.File("none/m.safetensors")),
            "does not exist (create it first)");
        Refused(CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.Path), "is a folder, wanted a file to write");
        Refused(CommandRun.Of("train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), "--plot",
            folder.File("none/m.svg")), "The folder of '" + folder.File("none/m.svg") + "' does not exist (create it first)");
        Assert.That(folder.Names, Is.EqualTo(new[] { "text.txt" }));
    }

    [TestCase("cell Broken\n  input x: f32[B, X]\n  next h = %0\n",
        "Line 3: '%0' is not defined before its use (define it in a line above)")]
    [TestCase("cell Broken\n  input x: f32[B, H]\n  state h: f32[B, H]\n  return y = x\n",
        "The cell 'Broken' has the states f32[B, H] but the next values  (as many, in the same order and shape)")]
    [TestCase("cell Broken\n  input x: f32[B, X]\n  state h: f32[B, H]\n  next h = x\n",
        "The cell 'Broken' has the states f32[B, H] but the next values f32[B, X] (as many, in the same order and shape)")]
    [TestCase("program P\n  input x: f32[B, X]\n  return y = x\n", "holds a program, wanted a cell")]
    [TestCase("", "The text is empty")]
    public void Cells_that_are_none(string text, string sentence)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("cell.ir"), text);
        Refused(CommandRun.Of("show", folder.File("cell.ir")), sentence);
    }

    [TestCase("%0 = scan[T] {\n", "")]
    [TestCase("%0 = scan[T] {\n", "}\n")]
    public void Cells_of_ten_thousand_scans(string open, string close)
    {
        using var folder = new TemporaryFolder();
        string scans = string.Concat(Enumerable.Repeat(open, 10_000)) + string.Concat(Enumerable.Repeat(close, 10_000));
        File.WriteAllText(folder.File("cell.ir"), "cell Deep\n  input x: f32[B, X]\n" + scans);
        foreach (string command in new[] { "show", "gradcheck", "explain" })
            Refused(CommandRun.Of(command, folder.File("cell.ir")), "scans are nested more than 32 deep (use fewer loops in loops)");
    }

    [Test]
    public void Missing_cell_file() => Refused(CommandRun.Of("gradcheck", "none.ir"), "'none.ir' could not be read");

    [Test]
    public void Unknown_stage() => Refused(CommandRun.Of("show", "lstm", "--after", "Magic"),
        "--after is 'Magic', wanted one of cell, program, differentiate, reassociate-sums, simplify");

    [Test]
    public void Golden_without_cases()
    {
        using var folder = new TemporaryFolder();
        Refused(CommandRun.Of("verify", "golden", folder.File("none")), "does not exist (check the path)");
        Refused(CommandRun.Of("verify", "golden", folder.Path, "--backend", "abacus"), "--backend is 'abacus'");
        Refused(CommandRun.Of("verify", "keras", folder.Path), "is a folder, wanted a file");
        Refused(CommandRun.Of("verify", "tflite", folder.File("none")), "does not exist (check the path)");
        CommandRun empty = CommandRun.Of("verify", "golden", folder.Path);
        Assert.That(empty.ExitCode, Is.EqualTo(1));
        Assert.That(empty.Output, Does.Contain("No golden case was found").And.Contain("0 passed, 0 failed, 0 skipped"));
    }

    internal static void Refused(CommandRun run, string sentence, string tool = "rnnjit")
    {
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error + run.Output);
        Assert.That(run.Error, Does.StartWith(tool + ": ").And.Contain(sentence));
        Assert.That(run.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(run.Output, Is.Empty);
    }
}
