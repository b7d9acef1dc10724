using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Cli.Layers;

/// <summary>The Program of a layer, the names of its own inputs, and the size of each of its symbols.</summary>
internal sealed record BoundLayer(LayerRequest Request, Graph Program, LayerPorts Ports, IReadOnlyDictionary<string, int> Sizes)
{
    /// <summary>Options for compiling the layer's Program to an executable.</summary>
    public ExecutableOptions Options => new()
    {
        Sizes = Sizes,
        Device = Request.Device,
        Threads = Request.Threads,
        Precision = Request.Precision,
        Weights = Request.Weights,
        Schedule = Request.Schedule,
        Without = LayerRequest.Stages(Request.Without),
        Verify = Request.Verify,
        Step = Request.Step,
    };

    /// <summary>Its plan, without memory.</summary>
    public Plan ToPlan() => Executable.PlanOf(Program, Options);

    /// <summary>Bound, and filled with numbers.</summary>
    public Executable ToExecutable() => ToExecutable(Options);

    /// <summary>Bound in another way.</summary>
    public Executable ToExecutable(ExecutableOptions options)
    {
        Executable executable = Executable.Create(Program, options);
        LayerData.Fill(executable, Ports);
        return executable;
    }
}
