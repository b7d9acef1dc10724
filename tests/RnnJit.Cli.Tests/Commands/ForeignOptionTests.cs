using System.CommandLine;
using RnnJit.Cli.Commands;
using RnnJit.Cli.Training;
using RnnJit.Files;
using RnnJit.Training;

namespace RnnJit.Cli.Tests.Commands;

/// <summary>Every option of <c>train</c> under every choice: it changes what is learnt, or it is refused with one
/// sentence. None is ignored.</summary>
public class ForeignOptionTests
{
    private const string Nothing = "";

    // Each option with a value that is not the default, and the optimisers that read it.
    private static readonly (string Option, string Value, string[] Readers)[] OfOptimisers =
    [
        ("--momentum", "0.4", ["sgd", "rmsprop"]), ("--dampening", "0.3", ["sgd"]), ("--nesterov", Nothing, ["sgd"]),
        ("--weight-decay", "0.3", [.. OptimiserChoice.Names]),
        ("--beta1", "0.5", ["adam", "amsgrad", "adamw"]), ("--beta2", "0.5", ["adam", "amsgrad", "adamw"]),
        ("--smoothing", "0.5", ["rmsprop", "adadelta"]),
        ("--epsilon", "0.1", ["adam", "amsgrad", "adamw", "rmsprop", "adagrad", "adadelta"]), ("--centered", Nothing, ["rmsprop"]),
        ("--rate-decay", "0.5", ["adagrad"]),
        ("--lr", "0.01", [.. OptimiserChoice.Names]), ("--clip", "0.01", [.. OptimiserChoice.Names]),
        ("--clip-value", "0.001", [.. OptimiserChoice.Names]),
    ];

    private static readonly (string Option, string Value, string[] Readers)[] OfSchedules =
    [
        ("--warmup", "3", ["constant", "cosine", "step", "exponential", "plateau"]), ("--decay-every", "2", ["step"]),
        ("--decay", "0.7", ["step", "exponential", "plateau"]),
        ("--patience", "0", ["plateau"]),
    ];

    // All others, under the default choices. Memory and steps in time are no matter of what is learnt.
    private static readonly (string Option, string Value)[] OfModels =
    [
        ("--cell", "gru"), ("--layers", "2"), ("--hidden", "5"), ("--embedding", "3"), ("--seq", "3"), ("--batch", "3"),
        ("--epochs", "0.5"), ("--steps", "2"), ("--optimizer", "sgd"), ("--schedule", "constant"),
        ("--dropout", "0.2"), ("--zoneout", "0.2"), ("--recurrent-dropout", "0.2"), ("--variational-dropout", "0.2"),
        ("--drop-connect", "0.2"), ("--layer-norm", Nothing), ("--weight-norm", Nothing),
        ("--residual", Nothing), ("--validation", "0.3"), ("--seed", "2"), ("--precision", "f64"),
    ];

    [Test]
    public void Every_option_of_every_optimiser_changes_the_training_or_is_refused(
        [ValueSource(typeof(OptimiserChoice), nameof(OptimiserChoice.Names))] string optimiser) =>
        Check("--optimizer", optimiser, OfOptimisers, steps: "4");

    // Rates fall at validations, of which there are 20; a high rate makes some of them no better.
    [Test]
    public void Every_option_of_every_schedule_changes_the_training_or_is_refused(
        [ValueSource(typeof(ScheduleChoice), nameof(ScheduleChoice.Names))] string schedule) =>
        Check("--schedule", schedule, OfSchedules, "24", "--lr", "0.5");

    [Test]
    public void Every_other_option_changes_the_training()
    {
        string[] Beside(string option) =>
            [.. Unless([option], "--cell", "lstm"), .. option == "--steps" ? (string[])[] : Unless([option], "--epochs", "0.2")];
        string plain = Learnt(Beside(Nothing));
        foreach (var (option, value) in OfModels)
            Assert.That(Learnt([.. Beside(option), .. Words(option, value)]), Is.Not.EqualTo(plain), option);
        string[] all = [.. new ModelFlags().All.Select(option => option.Name).Where(name => name != "--checkpoint")];
        Assert.That(OfModels.Select(one => one.Option).Concat(OfOptimisers.Concat(OfSchedules).Select(one => one.Option)),
            Is.EquivalentTo(all));
    }

    [Test]
    public void A_checkpoint_fixes_every_option_of_its_model()
    {
        foreach (Option option in new ModelFlags().All)
        {
            string[] words = option.ValueType == typeof(bool) ? [option.Name] : [option.Name, option.HelpName == "number" ? "2" : "gru"];
            BadInputTests.Refused(CommandRun.Of(["train", "--resume", "none.safetensors", .. words]),
                $"{option.Name} and --resume exclude each other: the checkpoint fixes it (leave {option.Name} away)");
        }
    }

    private static void Check(string choice, string chosen, (string Option, string Value, string[] Readers)[] options, string steps,
        params string[] more)
    {
        string[] start = [choice, chosen, "--steps", steps, .. more];
        string plain = Learnt(start);
        foreach (var (option, value, readers) in options)
        {
            string[] words = [.. start.Where((_, i) => !more.Contains(option) || i < 4), .. Words(option, value)];
            if (readers.Contains(chosen))
                Assert.That(Learnt(words), Is.Not.EqualTo(plain), option);
            else
                Refused(words, $"rnnjit: {option} has no meaning with {choice} {chosen} (it belongs to {string.Join(", ", readers)})");
        }
    }

    private static void Refused(string[] options, string sentence)
    {
        using TemporaryFolder folder = Texts();
        BadInputTests.Refused(Train(folder, options), sentence);
        Assert.That(folder.Names, Is.EqualTo(new[] { "text.txt" }));
    }

    // The parameters, as text.
    private static string Learnt(params string[] options)
    {
        using TemporaryFolder folder = Texts();
        CommandRun run = Train(folder, options);
        Assert.That(run.ExitCode, Is.Zero, string.Join(' ', options) + run.Error);
        var tensors = SafetensorsFile.Read(folder.File("m.safetensors")).Tensors.Where(pair => pair.Key is not ("progress" or "schedule")
            && ((string[])["state", .. OptimiserChoice.Names]).All(kind => !pair.Key.StartsWith(kind + ".", StringComparison.Ordinal)));
        return string.Join('\n', tensors.Select(pair => $"{pair.Key} {pair.Value} {Convert.ToHexString(pair.Value.Bytes.Span)}"));
    }

    private static TemporaryFolder Texts()
    {
        var folder = new TemporaryFolder();
        folder.Text();
        return folder;
    }

    private static CommandRun Train(TemporaryFolder folder, string[] options) => CommandRun.Of([
        "train", "--text", folder.File("text.txt"), "--out", folder.File("m.safetensors"), "--sample", "0", "--threads", "1",
        .. Unless(options, "--cell", "elman"), .. Unless(options, "--hidden", "4"), .. Unless(options, "--embedding", "4"),
        .. Unless(options, "--batch", "2"), .. Unless(options, "--seq", "5"), .. options]);

    private static string[] Unless(string[] options, string option, string value) => options.Contains(option) ? [] : [option, value];

    private static string[] Words(string option, string value) => value == Nothing ? [option] : [option, value];
}
