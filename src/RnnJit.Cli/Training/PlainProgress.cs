namespace RnnJit.Cli.Training;

/// <summary>Lines only, for files and pipes.</summary>
internal sealed class PlainProgress(TextWriter output) : IProgressView
{
    public void Show(Action loop) => loop();

    public void Update(TrainingProgress progress)
    {
    }

    public void Line(string text)
    {
        output.WriteLine(text);
        output.Flush();
    }
}
