using RnnJit.Cells;
using RnnJit.Contracts;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Gpu.Tests;

/// <summary>A model in training, with the losses and norms of its updates.</summary>
internal sealed class Run : IDisposable
{
    private const int Steps = 7, Batch = 3;

    private readonly Model model;

    public Run(NetworkBuilder network, Device device, TrainerOptions options, ElementType real = ElementType.F32)
    {
        model = new Model(network, Options(device, real));
        Trainer = new Trainer(model, Steps, Batch, options);
    }

    public Trainer Trainer { get; }

    public List<double> Numbers { get; } = [];

    public double[] Parameters => ParametersOf(model);

    /// <summary>All that a step replaces; gradients between its parts have no values after a step that failed.</summary>
    public double[] Everything => [.. Trainer.StepProgram.Inputs.Where(port => port.Role is PortRole.Parameter or PortRole.State
        && !port.Name.StartsWith("step.of.", StringComparison.Ordinal))
        .SelectMany(port => Trainer.Input(port.Name).ToNdArray().Data)];

    /// <summary>Inputs that a caller or a trainer writes before each step.</summary>
    public int Given => Trainer.StepProgram.Inputs.Count(port => port.Role is not (PortRole.Parameter or PortRole.State));

    public Tensor Parameter(string name) => model.Parameters[name];

    public void DisposeModelFirst()
    {
        model.Dispose();
        Trainer.Dispose();
    }

    public static double[] ParametersOf(Model model) =>
        [.. model.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.ToNdArray().Data)];

    // The data of an update depend on its number.
    public void Train(int from, int to)
    {
        for (int update = from; update < to; update++)
        {
            Fill(new Random(update));
            Numbers.Add(Trainer.Step());
            Numbers.Add(Trainer.GradientNorm);
        }
    }

    public void Fill(Random random)
    {
        foreach (Port port in Trainer.StepProgram.Inputs.Where(port => port.Name is "x" or "target" or "lengths"))
        {
            int Integer() => port.Name == "lengths" ? 1 + random.Next(Steps) : random.Next(11);
            Tensor input = Trainer.Input(port.Name);
            input.Set([.. Enumerable.Range(0, input.Length).Select(_ => port.Type.IsReal ? random.NextDouble() - 0.5 : Integer())]);
        }
    }

    public void Save(string file) => Trainer.Save(file);

    public void Read(string file)
    {
        using Checkpoint checkpoint = Checkpoint.Read(file, 0);
        ModelFile.ReadParameters(checkpoint, model);
        Trainer.Read(checkpoint);
    }

    public void Dispose()
    {
        Trainer.Dispose();
        model.Dispose();
    }

    public static Device OnDevice => Device.Parse("ilgpu-cpu");

    public static ModelOptions Options(Device device, ElementType real = ElementType.F32) =>
        new() { Seed = 3, Precision = real, Threads = 2, Device = device, RowLanes = OnDevices.Lanes(real) };

    public static void AssertSame(Run wanted, Run found, int from, int to)
    {
        wanted.Train(from, to);
        found.Train(from, to);
        Bits.AssertEqual([.. found.Numbers], [.. wanted.Numbers], "losses and norms");
        Bits.AssertEqual(found.Parameters, wanted.Parameters, "parameters");
    }

    public static NetworkBuilder Network(Type cell, int hidden)
    {
        var net = new NetworkBuilder("Trained");
        Value x = net.Input("x", "T", "B", 4);
        net.Lengths("lengths", "B");
        Value h = net.Recurrent("layer0", CellTracer.Trace(cell), x, net.Size("H", hidden));
        net.Output("loss", Loss.MeanSquaredError(net.Dense("head", net.Dropout("drop", h, 0.25), 2), net.Input("target", "T", "B", 2)));
        return net;
    }
}
