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
        RequireLoss(network);
        Graph slice = ProgramSlice.Run(network, output => output.Role == OutputRole.Next || output.Name == "loss" || RunningPort.IsNext(network, output), masks: true);
        return Differentiate.Run(slice, "loss", [.. slice.Inputs.Where(port => port.Role == PortRole.Parameter && !RunningPort.Is(port)).Select(port => port.Name)]);
    }

    private static void RequireLoss(Graph network)
    {
        string[] names = [.. network.Outputs.Select(output => output.Name)];
        if (network.OutputIndex("loss") is var loss && loss < 0)
            throw new GraphException("RNNJ140", $"Program '{network.Name}' has no output 'loss' to train ({NearName.Suggest("loss", names)}its outputs are {string.Join(", ", names)}; add a scalar one, such as net.Output(\"loss\", Loss.MeanSquaredError(y, target)))");
        if (network.Values.Type(network.Outputs[loss].Value) is { } type && type is not { Rank: 0, IsReal: true })
            throw new GraphException("RNNJ140", $"Output 'loss' of program '{network.Name}' is {type}, wanted a scalar f32 (reduce it, for instance with Rnn.TotalMean)");
    }
}
