using Spectre.Console;

namespace RnnJit.Cli.Training;

/// <summary>A bar that is redrawn, with lines above it that stay.</summary>
internal sealed class BarProgress(IAnsiConsole console) : IProgressView
{
    private ProgressTask? task;

    public void Show(Action loop) => console.Progress()
        .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context =>
        {
            task = context.AddTask("starting");
            loop();
        });

    public void Update(TrainingProgress progress)
    {
        if (task is null)
            return;
        task.MaxValue = progress.Total;
        task.Value = progress.Done;
        task.Description = Markup.Escape(
            $"{progress.Done}/{progress.Total}  {Figures.Loss(progress.Loss)}  {Figures.Count(progress.CharactersPerSecond)} characters/s "
                + $" {Figures.Time(progress.Left)} left");
    }

    public void Line(string text) => console.WriteLine(TerminalText.Of(text));
}
