using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RnnJit.Data;
using RnnJit.Training;

namespace RnnJit.Cli.Training;

/// <summary>Runs a training to its end or to an interruption, and reports.</summary>
internal sealed class TrainingRun(CharacterTraining training, Terminal terminal, string file, string plot, int sample, bool json)
{
    // Points of the loss curve; each is also a checkpoint.
    private const int Points = 20;

    private readonly IProgressView view =
        json ? new SilentProgress() : terminal.Interactive ? new BarProgress(terminal.ToAnsiConsole()) : new PlainProgress(terminal.Out);
    private readonly Stopwatch total = Stopwatch.StartNew();
    private readonly Stopwatch learning = new();
    private readonly int before = training.Done;

    public int Run()
    {
        view.Line(Heading());
        using (terminal.HoldOff())
        {
            view.Show(Loop);
            if (!IsDone)
                return Interrupted();
        }

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
        while (!IsDone && !terminal.Interrupted.IsCancellationRequested)
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
        double loss = training.Step();
        learning.Stop();
        view.Update(new TrainingProgress(training.Done, training.Updates, loss, Speed, Left));
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

        view.Line(
            $"{training.Done,7}/{training.Updates}  training {Figures.Loss(learned)}  validation {Figures.Loss(validation)}  "
                + $"{Figures.Count(Speed)} characters/s  {Figures.Time(Left)} left");
        training.Save(file);
        OutputFile.Write(plot, LossCurve.Of(training.History, $"Loss of {Path.GetFileName(file)}").ToSvg());
    }

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
            + $"T {options.Steps}, B {options.Batch}, on {Figures.Count(training.TextLength)} characters of {training.TextSource} "
                + $"({training.Model.Vocabulary.Count} different, {Figures.Count(training.ValidationCharacters)} for validation)";
    }

    private int Interrupted()
    {
        if (training.Done == before)
        {
            terminal.Error.WriteLine($"rnnjit: Interrupted before update {before + 1}; nothing was written");
            return ExitCode.Interrupted;
        }

        training.Save(file);
        terminal.Error.WriteLine(
            $"rnnjit: Interrupted after update {training.Done} of {training.Updates}; '{file}' is written (continue with: rnnjit train "
                + $"--resume {file})");
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
