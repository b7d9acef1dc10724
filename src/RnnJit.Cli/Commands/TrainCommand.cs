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

    private readonly Option<bool> distributed = new(DistributedTraining.Option)
    {
        Description = "Train together with the other processes that mpirun or srun started, each of which trains shards of the batch",
    };

    private readonly Option<int> shards = CommonOptions.Number("--shards",
        "Equal parts of the batch whose gradients are added; what is learned depends on their number and not on that of the processes "
            + "(default: the processes, or the file's)",
        1);

    public static Command Create(Terminal terminal) => new TrainCommand().Make(terminal);

    private Command Make(Terminal terminal)
    {
        var command = new Command("train",
            """
            Train a character language model.

            Examples:
              rnnjit train
              rnnjit train --text book.txt --cell gru --layers 2 --hidden 256 --epochs 10 --dropout 0.2
              rnnjit train --resume rnnjit.safetensors
              mpirun -n 4 rnnjit train --distributed --text book.txt --batch 128
            """) { text };
        foreach (Option option in model.All)
            command.Add(option);
        foreach (Option option in new Option[] { file, plot, resume, sample, device, lanes, shards, distributed })
            command.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(distributed))
                return DistributedTraining.Run(terminal, (ranks, own) => Train(parsed, own, ranks));
            DistributedTraining.RequireNoLauncher();
            return Train(parsed, terminal, null);
        });
        return command;
    }

    private int Train(ParseResult parsed, Terminal terminal, IRanks? ranks)
    {
        string target = parsed.GetValue(file) ?? parsed.GetValue(resume) ?? "rnnjit.safetensors";
        string picture = parsed.GetValue(plot) ?? Path.ChangeExtension(target, ".svg");
        CharacterTraining Make() => Open(parsed, terminal, ranks, ("--out", target), ("--plot", picture));
        using CharacterTraining training = ranks is null ? Make() : DistributedTraining.Together(ranks, Make);
        if (ranks is not null)
            RequireSame(training);
        bool json = parsed.GetValue(CommonOptions.Json);
        return new TrainingRun(training, terminal, target, picture, parsed.GetValue(sample), json, ranks).Run();
    }

    private static void RequireSame(CharacterTraining training)
    {
        try
        {
            training.RequireSameRanks();
        }
        catch (RanksException e)
        {
            throw AgreedFailure.Of(e, ExitCode.Usage);
        }
    }

    private CharacterTraining Open(ParseResult parsed, Terminal terminal, IRanks? ranks, params (string Option, string Path)[] outputs)
    {
        // The first rank writes.
        if (ranks is null or { Rank: 0 })
        {
            foreach (var (_, path) in outputs)
                OutputFile.Check(path);
        }

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
        if (parsed.GetValue(shards) < 1)
            throw new UsageException($"--shards is {parsed.GetValue(shards)}, wanted 1 or more (change it)");

        var run = new ModelOptions
        {
            Threads = parsed.GetValue(CommonOptions.Threads),
            Device = DeviceFlag.Read(parsed, device, terminal),
            RowLanes = parsed.GetValue(lanes)
        };
        CharacterTraining training = parsed.GetValue(resume) is { } from
            ? Resume(parsed, from, run, ranks, path => RequireRead("the text of the checkpoint", path))
            : new CharacterTraining(ReadText(parsed.GetValue(text)), model.Cell(parsed, terminal), Options(parsed, ranks), run, ranks);
        try
        {
            training.RequireSaveable();
            return training;
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    private CharacterOptions Options(ParseResult parsed, IRanks? ranks) =>
        model.Read(parsed, ownText: parsed.GetValue(text) is null) with
        {
            Shards = CommonOptions.IsGiven(parsed, shards) || ranks is null ? parsed.GetValue(shards) : ranks.Count,
        };

    private CharacterTraining Resume(ParseResult parsed, string from, ModelOptions run, IRanks? ranks, Action<string?> requireRead)
    {
        if (model.Given(parsed) is { } given)
            throw new UsageException($"{given} and --resume exclude each other: the checkpoint fixes it (leave {given} away)");
        string? own = parsed.GetValue(text);
        CharacterTraining training = CharacterTraining.Resume(from, source =>
        {
            string? path = own ?? (source == OwnText.Source ? null : source.Trim('\''));
            requireRead(path);
            if (own is null && path is not null && LinkedPath.Irregular(path) is { } kind)
                throw new UsageException(
                    $"The text of '{from}', '{path}', is {kind}, wanted a regular file (give the text it began with by --text)");
            return ReadText(path);
        }, run, ranks);
        if (!CommonOptions.IsGiven(parsed, shards) || parsed.GetValue(shards) == training.Options.Shards)
            return training;
        training.Dispose();
        throw new UsageException($"--shards is {parsed.GetValue(shards)}, and '{from}' was trained with {training.Options.Shards}, on "
            + "which every later bit depends (leave --shards away)");
    }

    private static CharacterText ReadText(string? path) => path is null ? OwnText.Read() : CharacterText.Read(Path.GetFullPath(path));
}
