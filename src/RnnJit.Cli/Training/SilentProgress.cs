namespace RnnJit.Cli.Training;

/// <summary>Nothing, where the output is one JSON object.</summary>
internal sealed class SilentProgress : IProgressView
{
    public void Show(Action loop) => loop();

    public void Update(TrainingProgress progress)
    {
    }

    public void Line(string text)
    {
    }
}
