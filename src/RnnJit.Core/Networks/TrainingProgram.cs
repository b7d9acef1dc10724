using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Passes;

namespace RnnJit.Networks;

/// <summary>What training a network runs.</summary>
public static class TrainingProgram
{
    /// <summary>The part of a network that its output <c>loss</c> needs, with the gradient <c>d_NAME</c> of every parameter; final states and running statistics stay.</summary>
    /// <exception cref="GraphException">RNNJ140: there is no scalar output <c>loss</c>.</exception>
    public static Graph Of(Graph network)
    {
        Graph slice = ProgramSlice.Run(network, output => output.Role == OutputRole.Next || output.Name == "loss" || RunningPort.IsNext(network, output), masks: true);
        return Differentiate.Run(slice, "loss", [.. slice.Inputs.Where(port => port.Role == PortRole.Parameter && !RunningPort.Is(port)).Select(port => port.Name)]);
    }
}
