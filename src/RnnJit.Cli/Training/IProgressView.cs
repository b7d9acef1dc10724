namespace RnnJit.Cli.Training;

/// <summary>Shows how a training run goes on.</summary>
internal interface IProgressView
{
    /// <summary>Calls the loop between beginning and end of the display.</summary>
    void Show(Action loop);

    void Update(TrainingProgress progress);

    /// <summary>A line that stays.</summary>
    void Line(string text);
}

/// <param name="Done">Updates made.</param>
/// <param name="Loss">Of the last update, nats per character.</param>
internal readonly record struct TrainingProgress(int Done, int Total, double Loss, double CharactersPerSecond, TimeSpan Left);
