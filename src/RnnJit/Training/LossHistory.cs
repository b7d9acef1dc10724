namespace RnnJit.Training;

/// <summary>The losses of a training run in nats per character: training as the mean since the point before, validation over
/// the whole validation text.</summary>
public sealed class LossHistory
{
    private readonly List<(int Step, double Training, double Validation)> points = [];

    public IReadOnlyList<(int Step, double Training, double Validation)> Points => points;

    internal void Add(int step, double training, double validation) => points.Add((step, training, validation));

    internal double[] ToNumbers() => [.. points.SelectMany(point => new[] { point.Step, point.Training, point.Validation })];

    /// <summary>The history that <see cref="ToNumbers"/> wrote; null where a step is no count.</summary>
    internal static LossHistory? FromNumbers(double[] numbers)
    {
        var history = new LossHistory();
        for (int i = 0; i + 2 < numbers.Length; i += 3)
        {
            if (numbers[i] is not (>= 0 and <= int.MaxValue))
                return null;
            history.Add((int)numbers[i], numbers[i + 1], numbers[i + 2]);
        }

        return history;
    }
}
