#:package RnnJit@0.1.0
// A cell of its own from the package alone, without a project: dotnet run Program.cs. It learns when to let go of what it holds.
using System.Globalization;
using static RnnJit.Rnn;

var net = new NetworkBuilder("Latch");
RecurrentLayer layer = net.Recurrent("layer", CellRegistry.Find(typeof(Latch)), net.Input("x", "T", "B", 2), net.Size("H", 8));
Value y = net.Output("y", net.Dense("head", layer.Last, 1));
net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", "B", 1)));
using var model = new Model(net);
using var trainer = new Trainer(model, steps: 12, batch: 32, new TrainerOptions { LearningRate = new ConstantRate(0.01) });
var random = new Random(1);
double loss = 0;
for (int step = 0; step < 600; step++)
{
    // The second input marks one step; the answer is the first input at that step.
    Span<float> x = trainer.Input("x").Write<float>(), target = trainer.Input("target").Write<float>();
    x.Clear();
    for (int row = 0; row < 32; row++)
    {
        int marked = random.Next(12);
        for (int t = 0; t < 12; t++)
            x[((t * 32) + row) * 2] = random.NextSingle();
        x[(((marked * 32) + row) * 2) + 1] = 1;
        target[row] = x[((marked * 32) + row) * 2];
    }

    loss = trainer.Step();
    if ((step + 1) % 100 == 0)
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step + 1}: mean squared error {loss:0.0000}"));
}

// h' = z h + (1 − z) (W x), where z sees the input alone.
[RnnCell]
public static partial class Latch
{
    public static Value Step(Value x, Value h, Matrix W, Matrix Z, [Init("1")] Vector z)
    {
        var keep = Sigmoid(Z * x + z);
        return keep * h + (1 - keep) * (W * x);
    }
}
