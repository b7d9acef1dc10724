// Learns the parity of bit strings with a cell of its own, and saves the model.
using System.Globalization;
using RnnJit;
using RnnJit.Cells;
using RnnJit.Data;
using RnnJit.Jit;
using RnnJit.Networks;
using RnnJit.Training;
using static RnnJit.Rnn;

JitKernels.Install();
string path = args.Length > 0 ? args[0] : "parity.safetensors";

// A row has 1 to 12 bits; its label is 1 where the number of ones is odd.
var random = new Random(1);
(int[] Bits, int Odd)[] rows =
    [.. Enumerable.Range(0, 2000).Select(_ => Enumerable.Range(0, 1 + random.Next(12)).Select(_ => random.Next(2)).ToArray())
    .Select(bits => (bits, bits.Sum() % 2))];
RowBatches<(int[] Bits, int Odd)> batches = Batches.Of(rows, 50)
    .Vectors("x", 1, row => [.. row.Bits.Select(bit => (float)bit)])
    .Lengths("lengths", of: "x")
    .Label("odd", row => row.Odd)
    .Shuffled(seed: 1);

var net = new NetworkBuilder("Parity");
Value x = net.Input("x", "T", "B", 1);
net.Lengths("lengths", "B");
RecurrentLayer layer = net.Recurrent("layer", CellRegistry.Find(typeof(Multiplied)), x, net.Size("H", 16));
Value logits = net.Output("logits", net.Dense("head", layer.Last, 2));
net.Output("loss", TotalMean(CrossEntropy(logits, net.Indices("odd", "B"))));

using var model = new Model(net);
using var trainer = new Trainer(model, new TrainerOptions { LearningRate = new ConstantRate(0.01) });
FitResult result = Fit.Run(trainer, batches, new FitOptions { Epochs = 30, Patience = 5, KeepBest = true, Progress = new Print() });
model.Metadata["data"] = "bit strings of 1 to 12 bits";
model.Save(path);
Console.WriteLine(
    string.Create(CultureInfo.InvariantCulture, $"best loss {result.Best.Loss:0.0000} nats in epoch {result.Best.Epoch}; saved as {path}"));

// The input multiplies what comes back: h' = tanh(W x + U h + (V x) ⊙ h + b).
[RnnCell]
public static partial class Multiplied
{
    public static Value Step(Value x, Value h, Matrix W, Matrix U, Matrix V, Vector b) => Tanh(W * x + U * h + (V * x) * h + b);
}

internal sealed class Print : IProgress<FitProgress>
{
    public void Report(FitProgress value)
    {
        if (value.Measure is not null)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {value.Epoch,2}: {value.Loss:0.0000} nats"));
    }
}
