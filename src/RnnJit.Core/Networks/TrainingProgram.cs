using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Passes;

namespace RnnJit.Networks;

/// <summary>The Program of a training step: loss, gradients of the parameters, final states and running statistics.</summary>
public static class TrainingProgram
{
    /// <summary>The part of a network that its output <c>loss</c> needs, with the gradient <c>d_NAME</c> of every parameter; final states
    /// and running statistics stay.</summary>
    /// <param name="trains">False for parameters that are left as they are; null: all are trained.</param>
    /// <param name="kept">Outputs and named values whose gradient <c>d_NAME</c> is wanted as well.</param>
    /// <param name="weight">A scalar output that stays a result; null: none.</param>
    /// <exception cref="GraphException">RNNJ140: there is no scalar output <c>loss</c>, or no output of a name in
    /// <paramref name="kept"/>, or none named <paramref name="weight"/>.</exception>
    public static Graph Of(Graph network, Func<string, bool>? trains = null, IReadOnlyList<string>? kept = null, string? weight = null)
    {
        RequireLoss(network);
        if (weight is not null)
            RequireWeight(network, weight);
        bool IsWanted(Output output) => output.Role == OutputRole.Next || output.Name == "loss" || RunningPort.IsNext(network, output)
            || kept?.Contains(output.Name) == true || output.Name == weight;
        Graph slice = ProgramSlice.Run(network, IsWanted, masks: true);
        string[] trained =
            [.. slice.Inputs.Where(port => port.Role == PortRole.Parameter && !RunningPort.Is(port) && trains?.Invoke(port.Name) != false)
            .Select(port => port.Name)];
        return Differentiate.Run(slice, "loss", trained, kept);
    }

    private static void RequireWeight(Graph network, string weight)
    {
        string[] names = [.. network.Outputs.Select(output => output.Name)];
        if (network.OutputIndex(weight) is var index && index < 0)
            throw new GraphException("RNNJ140", $"Program '{network.Name}' has no output '{weight}' that its loss was divided by "
                + $"({NearName.Suggest(weight, names)}its outputs are {string.Join(", ", names)}; name it with net.Named or net.Output)");
        if (network.Values.Type(network.Outputs[index].Value) is { } type && type is not { Rank: 0, IsReal: true })
            throw new GraphException("RNNJ140", $"'{weight}' of program '{network.Name}' is {type}, wanted the scalar that the loss was "
                + "divided by (reduce it with Rnn.Total)");
    }

    private static void RequireLoss(Graph network)
    {
        string[] names = [.. network.Outputs.Select(output => output.Name)];
        if (network.OutputIndex("loss") is var loss && loss < 0)
            throw new GraphException("RNNJ140",
                $"Program '{network.Name}' has no output 'loss' to train ({NearName.Suggest("loss", names)}its outputs are "
                    + $"{string.Join(", ", names)}; add a scalar one, such as net.Output(\"loss\", Loss.MeanSquaredError(y, target)))");
        if (network.Values.Type(network.Outputs[loss].Value) is { } type && type is not { Rank: 0, IsReal: true })
            throw new GraphException("RNNJ140",
                $"Output 'loss' of program '{network.Name}' is {type}, wanted a scalar f32 (reduce it, for instance with Rnn.TotalMean)");
    }
}
