// Learns on a stream as it arrives: an LSTM predicts the next value, is corrected by it, and follows when the signal changes.
using System.Globalization;
using RnnJit;
using RnnJit.Cells;
using RnnJit.Networks;
using RnnJit.Training;

const int Window = 8, Values = 6000, Change = 3000;
var net = new NetworkBuilder("Online");
Value h = net.Recurrent("layer", CellRegistry.Find(typeof(Lstm)), net.Input("x", "T", "B", 1), net.Size("H", 16));
Value y = net.Output("y", net.Dense("head", h, 1));
net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "T", "B", 1)));
using var model = new Model(net);

// Truncated back-propagation through time: each update reads a window of the stream and carries the states to the next one.
using var trainer = new Trainer(model, Window, batch: 1, new TrainerOptions { LearningRate = new ConstantRate(0.01), CarryState = true });
double sum = 0;
for (int begin = 0; begin < Values; begin += Window)
{
    // The loss is that of the prediction before the update, so it is an honest error.
    Span<float> x = trainer.Input("x").Write<float>(), target = trainer.Input("target").Write<float>();
    for (int i = 0; i < Window; i++)
        (x[i], target[i]) = (Signal(begin + i), Signal(begin + i + 1));
    sum += trainer.Step();
    int next = begin + Window;
    if (next % 600 == 0)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"values {next - 600,4} to {next,4}: mean squared error {sum / (600 / Window):0.00000}"
                + $"{(next - 600 == Change ? ", the signal has changed" : "")}"));
        sum = 0;
    }
}

// Two sines; from the change on they are others.
static float Signal(int t) => t < Change
    ? MathF.Sin(0.3f * t) * 0.5f + MathF.Sin(0.11f * t) * 0.3f
    : MathF.Sin(0.17f * t) * 0.6f - MathF.Sin(0.41f * t) * 0.2f;
