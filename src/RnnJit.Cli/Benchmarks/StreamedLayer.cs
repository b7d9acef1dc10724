using RnnJit.Cli.Layers;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Cli.Benchmarks;

/// <summary>A layer of a <see cref="StreamingModel"/> and one stream of it.</summary>
internal sealed class StreamedLayer : IDisposable
{
    /// <summary>Steps of one run.</summary>
    public const int Block = 64;

    private readonly StreamingModel model;
    private readonly StreamState state;
    private readonly float[] x, y;

    /// <exception cref="UsageException">The cell has no place for what is asked for.</exception>
    public StreamedLayer(LayerRequest request)
    {
        BoundLayer layer = LayerBuilder.Run(request with { Training = false, Steps = 1, Interval = 0 });
        model = new StreamingModel(layer.Program, layer.Options, LayerProgram.Output);
        var random = new Random(1);
        foreach (Port port in layer.Program.Inputs.Where(port => port.Role == PortRole.Parameter))
            LayerData.FillParameter(model.Parameter(port.Name), random);
        model.Refresh();
        state = model.NewState();
        (x, y) = (new float[model.InputLength], new float[model.OutputLength]);
    }

    /// <summary>Steps so far.</summary>
    public long Steps => state.Steps;

    public long StateBytes => model.BytesPerState;

    public long SharedBytes => model.SharedBytes;

    /// <summary>Runs <see cref="Block"/> steps; nothing is allocated.</summary>
    public void Run()
    {
        for (int i = 0; i < Block; i++)
        {
            x.AsSpan().Fill((i - (Block / 2)) / (float)Block);
            model.Step(x, state, y);
        }
    }

    public void Dispose()
    {
        state.Dispose();
        model.Dispose();
    }
}
