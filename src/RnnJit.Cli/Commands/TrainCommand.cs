using System.CommandLine;
using RnnJit.Cli.Training;
using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Networks;
using RnnJit.Training;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit train</c>: trains a character language model, draws its loss, saves it, lets it write.</summary>
internal sealed class TrainCommand
{
    private readonly Terminal terminal;
    private readonly ModelFlags model = new();

    private readonly Option<string?> text =
        CommonOptions.Optional("--text", "The text to learn, UTF-8; without it RnnJit's own documents and source", "file");

    private readonly Option<string?> file =
        CommonOptions.Optional("--out", "The checkpoint to write (default rnnjit.safetensors, or the file resumed)", "file");

    private readonly Option<string?> plot =
        CommonOptions.Optional("--plot", "The loss curve to draw (default: beside the checkpoint, .svg)", "file");

    private readonly Option<string?> resume =
        CommonOptions.Optional("--resume", "Continue this checkpoint exactly where it stopped", "file");

    private readonly Option<string?> device = DeviceFlag.Create("Device that trains");

    private readonly Option<int> lanes = CommonOptions.Number("--row-lanes",
        "Lanes in which sums of a row are added on a device that has a choice: 1, 2, 4, 8 or 16; 0: as the file resumed, else as the "
            + "device does",
        0);

    private readonly Option<int> sample = CommonOptions.Number("--sample", "Characters to write at the end", 300);

    private TrainCommand(Terminal terminal) => this.terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var train = new TrainCommand(terminal);
        var command = new Command("train",
            """
            Train a character language model.

            Examples:
              rnnjit train
              rnnjit train --text book.txt --cell gru --layers 2 --hidden 256 --epochs 10 --dropout 0.2
              rnnjit train --resume rnnjit.safetensors
            """) { train.text };
        foreach (Option option in train.model.All)
            command.Add(option);
        foreach (Option option in new Option[] { train.file, train.plot, train.resume, train.sample, train.device, train.lanes })
            command.Add(option);
        command.SetAction(train.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        string target = parsed.GetValue(file) ?? parsed.GetValue(resume) ?? "rnnjit.safetensors";
        string picture = parsed.GetValue(plot) ?? Path.ChangeExtension(target, ".svg");
        (string, string)[] outputs = [("--out", target), ("--plot", picture)];
        OutputFile.Check(target);
        OutputFile.Check(picture);
        OutputFile.RequireApart(outputs[1], outputs[0], ("--resume", parsed.GetValue(resume)));
        void RequireRead(string option, string? path)
        {
            foreach (var output in outputs)
                OutputFile.RequireApart(output, (option, path));
        }

        RequireRead("--text", parsed.GetValue(text));
        RequireRead("--cell", model.CellPath(parsed));
        if (parsed.GetValue(sample) < 0)
            throw new UsageException($"--sample is {parsed.GetValue(sample)}, wanted 0 or more (change it)");

        var run = new ModelOptions
        {
            Threads = parsed.GetValue(CommonOptions.Threads),
            Device = DeviceFlag.Read(parsed, device, terminal),
            RowLanes = parsed.GetValue(lanes)
        };
        using CharacterTraining training = parsed.GetValue(resume) is { } from
            ? Resume(parsed, from, run, path => RequireRead("the text of the checkpoint", path))
            : new CharacterTraining(ReadText(parsed.GetValue(text)), model.Cell(parsed, terminal),
                model.Read(parsed, ownText: parsed.GetValue(text) is null), run);
        training.RequireSaveable();
        return new TrainingRun(training, terminal, target, picture, parsed.GetValue(sample), parsed.GetValue(CommonOptions.Json)).Run();
    }

    private CharacterTraining Resume(ParseResult parsed, string from, ModelOptions run, Action<string?> requireRead)
    {
        string? given = parsed.GetValue(text);
        if (model.Given(parsed) is { } flag)
            throw new UsageException($"{flag} and --resume exclude each other: the checkpoint fixes it (leave {flag} away)");
        return CharacterTraining.Resume(from, source =>
        {
            string? path = given ?? (source == OwnText.Source ? null : source.Trim('\''));
            requireRead(path);
            if (given is null && path is not null && LinkedPath.Irregular(path) is { } kind)
                throw new UsageException(
                    $"The text of '{from}', '{path}', is {kind}, wanted a regular file (give the text it began with by --text)");
            return ReadText(path);
        }, run);
    }

    private static CharacterText ReadText(string? path) => path is null ? OwnText.Read() : CharacterText.Read(Path.GetFullPath(path));
}
