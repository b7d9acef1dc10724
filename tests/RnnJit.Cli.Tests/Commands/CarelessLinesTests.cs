namespace RnnJit.Cli.Tests.Commands;

/// <summary>Slips of a hurried user: each gives one sentence that names what was typed.</summary>
public class CarelessLinesTests
{
    // FOLDER stands for a folder with the folders "f.cs" and "f.ir", the files "text.txt", "noise.ir" and "Mixed.cs".
    private static readonly (string Line, string Sentence)[] Lines =
    [
        ("show||", "cell is empty (give one; see 'rnnjit show --help')"), ("sample||", "is empty (give one; see 'rnnjit sample --help')"),
        ("verify|keras||", "path is empty (give one"),
        ("train|--text||", "--text is empty (give one; see 'rnnjit train --help')"), ("train|--resume||", "--resume is empty (give one"),
        ("show|lstm|--kernel-cache||", "--kernel-cache is empty (give one"),
        ("show|–-after|cell", "'–-after' begins with '–', wanted '-' (did you mean '--after'? see 'rnnjit show --help')"),
        ("show|lstm|—training", "'—training' begins with '—', wanted '-' (did you mean '--training'?"),
        ("show|lstm|--threads|-1", "--threads is -1, wanted 0 (one for each core) or more (change it)"),
        ("--threads", "--threads has no value (give one: number; see 'rnnjit --help')"),
        ("bench|lstm|--seconds|-1", "--seconds is -1, wanted 0 or more (change it)"),
        ("bench|workers|--seconds|-0.5", "--seconds is -0.5, wanted 0 or more (change it)"),
        ("train|--text|FOLDER/text.txt|--out|FOLDER/m|--batch|2|--seq|4|--epochs|1e300",
            "--epochs is 1E+300, which is more than 2147483647 updates (give fewer)"),
        ("show|FOLDER/f.cs", "f.cs' is a folder, wanted a file (name the file in it)"),
        ("show|FOLDER/f.ir", "f.ir' is a folder, wanted a file (name the file in it)"),
        ("show|FOLDER", "' is no cell (give a name such as lstm, a C# file FILE.cs or an .ir file)"),
        ("train|--cell|FOLDER/text.txt", "' is no cell (give a name such as lstm"),
        ("sample|FOLDER", "is a folder, wanted a checkpoint (name the file in it)"), ("show|FOLDER/noise.ir", "found '" + "xxxxxxxxxx" ),
        ("gradcheck|FOLDER/Mixed.cs", "(a state keeps its shape; write H in place of 256 in [Dims], or 256 in place of H everywhere)"),
        ("Show|lstm", "'Show' is no option or command here (did you mean 'show'? see 'rnnjit --help')"),
        ("show|lstm|--trainin", "(did you mean '--training'? see 'rnnjit show --help')"),
        ("show|lstm|--jsn", "(did you mean '--json'? see"), ("show|lstn", "No cell is called 'lstn' (did you mean 'Lstm'? known: "),
    ];

    private static IEnumerable<TestCaseData> Cases =>
        Lines.Select(line => new TestCaseData(line.Line, line.Sentence).SetName("Slip: " + line.Line));

    [TestCaseSource(nameof(Cases))]
    public void A_slip_gives_one_sentence(string line, string sentence)
    {
        using var folder = new TemporaryFolder();
        folder.Text();
        Directory.CreateDirectory(folder.File("f.cs"));
        Directory.CreateDirectory(folder.File("f.ir"));
        File.WriteAllText(folder.File("noise.ir"), new string('x', 100_000));
        File.WriteAllText(folder.File("Mixed.cs"),
            "[RnnCell] public static partial class Mixed { public static Value Step(Value x, Value h, Matrix W, [Dims(\"H\", "
                + "\"256\")] Matrix U) => Tanh(W * x + U * h); }");
        string[] before = folder.Names;
        CommandRun run =
            CommandRun.Of([.. line.Replace("||", "|\0").Split('|').Select(word => word.Replace("\0", "").Replace("FOLDER", folder.Path))]);
        BadInputTests.Refused(run, sentence);
        Assert.That(run.Error.Length, Is.LessThan(1000));
        Assert.That(folder.Names, Is.EqualTo(before));
    }
}
