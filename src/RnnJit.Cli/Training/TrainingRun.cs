using System.Diagnostics;
using System.Text.Json;
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
        view.Show(Loop);
        if (training.Done < training.Updates)
            return Interrupted();

        string text = string.Concat(training.Model.Write(sample, temperature: 0.8));
        if (json)
            WriteJson(text);
        else
            WriteEnd(text);
        return ExitCode.Success;
    }

    private double Speed => learning.Elapsed.TotalSeconds > 0 ? (training.Done - before) * (double)training.CharactersPerUpdate / learning.Elapsed.TotalSeconds : 0;

    private void Loop()
    {
        while (training.Done < training.Updates && !terminal.Interrupted.IsCancellationRequested)
        {
            learning.Start();
            double loss = training.Step();
            learning.Stop();
            TimeSpan left = total.Elapsed / (training.Done - before) * (training.Updates - training.Done);
            view.Update(new TrainingProgress(training.Done, training.Updates, loss, Speed, left));
            if (training.Done == training.Updates || training.Done * (long)Points / training.Updates > (training.Done - 1) * (long)Points / training.Updates)
                Measure(left);
        }
    }

    private void Measure(TimeSpan left)
    {
        var (learned, validation) = training.Measure();
        view.Line($"{training.Done,7}/{training.Updates}  training {Figures.Loss(learned)}  validation {Figures.Loss(validation)}  {Figures.Count(Speed)} characters/s  {Figures.Time(left)} left");
        training.Save(file);
        training.History.ToChart($"Loss of {Path.GetFileName(file)}").Save(plot);
    }

    private string Heading()
    {
        string cell = training.Cell.Name;
        CharacterOptions options = training.Options;
        return $"{(before > 0 ? $"Continuing at update {before}: " : "")}{cell} {options.Layers} x {options.Hidden}, {Figures.Count(training.Model.Model.ParameterCount)} parameters, "
            + $"T {options.Steps}, B {options.Batch}, on {Figures.Count(training.TextLength)} characters of {training.TextSource} ({training.Model.Vocabulary.Count} different, {Figures.Count(training.ValidationCharacters)} for validation)";
    }

    private int Interrupted()
    {
        training.Save(file);
        terminal.Error.WriteLine($"rnnjit: Interrupted after update {training.Done} of {training.Updates}; '{file}' is written (continue with: rnnjit train --resume {file})");
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
