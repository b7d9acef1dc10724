using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Cli.Training;

/// <summary>Runs a training to its end or to an interruption, and reports.</summary>
/// <param name="ranks">The processes that train together; null: this one alone.</param>
internal sealed class TrainingRun(
    CharacterTraining training, Terminal terminal, string file, string plot, int sample, bool json, IRanks? ranks = null)
{
    // Points of the loss curve; each is also a checkpoint.
    private const int Points = 20;

    private readonly IProgressView view =
        json || ranks is { Rank: > 0 } ? new SilentProgress()
        : terminal.Interactive && ranks is null ? new BarProgress(terminal.ToAnsiConsole()) : new PlainProgress(terminal.Out);
    private readonly CheckpointWriter writer = new(training.Done);
    private readonly Stopwatch total = Stopwatch.StartNew();
    private readonly Stopwatch learning = new();
    private readonly int before = training.Done;

    public int Run()
    {
        view.Line(Heading());
        using (terminal.HoldOff())
        {
            using (ranks is { Rank: 0 } ? new EndNotice(terminal.Interrupted, () => training.Done, SayWhereItStands) : null)
                view.Show(Loop);
            if (!IsDone)
                return Interrupted();
            writer.Wait();
        }

        if (ranks is { Rank: > 0 })
            return ExitCode.Success;
        string text = Sample();
        if (json)
            WriteJson(text);
        else
            WriteEnd(text);
        return ExitCode.Success;
    }

    private double Speed =>
        learning.Elapsed > TimeSpan.Zero
            ? (training.Done - before) * (double)training.CharactersPerUpdate / learning.Elapsed.TotalSeconds
            : 0;

    // A run that was interrupted at a point before it was measured measures it first when it is resumed.
    private bool IsDue => training.Done > 0 && !IsMeasured
        && (training.Done == training.Updates
            || training.Done * (long)Points / training.Updates > (training.Done - 1) * (long)Points / training.Updates);

    private bool IsMeasured => training.History.Points is [.., var last] && last.Step == training.Done;

    private bool IsDone => training.Done == training.Updates && !IsDue;

    private TimeSpan Left =>
        training.Done == before ? default : total.Elapsed / (training.Done - before) * (training.Updates - training.Done);

    private void Loop()
    {
        while (!IsDone && !(ranks is null ? terminal.Interrupted.IsCancellationRequested : training.Stopped))
        {
            if (IsDue)
                Measure();
            else
                Step();
        }
    }

    private void Step()
    {
        learning.Start();
        double loss = MakeStep();
        learning.Stop();
        view.Update(new TrainingProgress(training.Done, training.Updates, loss, Speed, Left));
    }

    // All ranks diverge at the same update.
    private double MakeStep()
    {
        try
        {
            return training.Step(terminal.Interrupted.IsCancellationRequested);
        }
        catch (DivergenceException e) when (ranks is not null)
        {
            throw AgreedFailure.Of(e, ExitCode.Failure);
        }
    }

    private void Measure()
    {
        double learned, validation;
        try
        {
            (learned, validation) = training.Measure(terminal.Interrupted);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (RanksException e)
        {
            throw AgreedFailure.Of(e, ExitCode.Failure);
        }

        view.Line(
            $"{training.Done,7}/{training.Updates}  training {Figures.Loss(learned)}  validation {Figures.Loss(validation)}  "
                + $"{Figures.Count(Speed)} characters/s  {Figures.Time(Left)} left");
        Save();
    }

    // Others go on while the first rank writes.
    private void Save()
    {
        string Curve() => LossCurve.Of(training.History, $"Loss of {Path.GetFileName(file)}").ToSvg();
        if (ranks is null)
        {
            training.Save(file);
            OutputFile.Write(plot, Curve());
        }
        else if (training.Copied(file) is { } write)
        {
            string curve = Curve();
            writer.Begin(training.Done, () =>
            {
                write();
                OutputFile.Write(plot, curve);
            });
        }
    }

    private void SayWhereItStands() => terminal.Error.WriteLine(
        $"rnnjit: Asked to end, and update {training.Done + 1} is not complete after {EndNotice.Patience.TotalSeconds} s, as where a "
            + "rank is lost; "
            + (writer.Saved > 0
                ? $"'{file}' holds update {writer.Saved} (continue with: {Continue})"
                : "nothing was written (begin again)"));

    private string Continue => ranks is null
        ? $"rnnjit train --resume {file}"
        : $"{DistributedTraining.Launch(ranks)} rnnjit train {DistributedTraining.Option} --resume {file}";

    // The checkpoint is written, so an interruption loses nothing here.
    private string Sample()
    {
        var text = new StringBuilder();
        foreach (string character in training.Model.Write(sample, temperature: 0.8))
        {
            terminal.Interrupted.ThrowIfCancellationRequested();
            text.Append(character);
        }

        return text.ToString();
    }

    private string Heading()
    {
        string cell = training.Cell.Name;
        CharacterOptions options = training.Options;
        return $"{(before > 0 ? $"Continuing at update {before}: " : "")}{cell} {options.Layers} x {options.Hidden}, "
            + $"{Figures.Count(training.Model.Model.ParameterCount)} parameters, "
            + $"T {options.Steps}, B {options.Batch}{Shards}, on {Figures.Count(training.TextLength)} characters of {training.TextSource} "
                + $"({training.Model.Vocabulary.Count} different, {Figures.Count(training.ValidationCharacters)} for validation)";
    }

    private string Shards => training.Options.Shards == 1 ? ""
        : $" in {training.Options.Shards} shards{(ranks is { Count: > 1 } ? $" by {ranks.Count} ranks" : "")}";

    private int Interrupted()
    {
        writer.Wait();
        bool moved = training.Done > before;
        if (moved)
            training.Save(file);
        if (ranks is { Rank: > 0 })
            return ExitCode.Interrupted;
        terminal.Error.WriteLine(moved
            ? $"rnnjit: Interrupted after update {training.Done} of {training.Updates}; '{file}' is written (continue with: {Continue})"
            : $"rnnjit: Interrupted before update {before + 1}; nothing was written");
        return ExitCode.Interrupted;
    }

    private void WriteEnd(string text)
    {
        terminal.Out.WriteLine($"Trained in {Figures.Time(total.Elapsed)}; model in '{file}', loss curve in '{plot}'");
        if (text.Length > 0)
            terminal.Out.WriteLine($"\nIt writes:\n\n{text}\n\nMore: rnnjit sample {file}");
    }

    private void WriteJson(string text)
    {
        static object Pair(double nats) => new { nats, bits = nats / Math.Log(2) };
        var (_, learned, validation) = training.History.Points[^1];
        terminal.Out.WriteLine(JsonSerializer.Serialize(new
        {
            cell = training.Cell.Name,
            parameters = training.Model.Model.ParameterCount,
            updates = training.Done,
            epochs = training.Done / (double)training.UpdatesPerEpoch,
            seconds = total.Elapsed.TotalSeconds,
            charactersPerSecond = Speed,
            training = Pair(learned),
            validation = Pair(validation),
            validationCharacters = training.ValidationCharacters,
            file,
            plot,
            sample = text,
        }));
    }
}
