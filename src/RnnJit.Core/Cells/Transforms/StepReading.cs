using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>Classifies the values of a cell's step: data, trained tensors, and products of the two.</summary>
internal sealed class StepReading(Graph step)
{
    private readonly bool[] fixedValues = FixedValues(step);

    /// <summary>All matrix products and contractions, by node.</summary>
    public IEnumerable<int> Contractions => Enumerable.Range(0, step.Nodes.Count).Where(node => step.Nodes[node].Op is ContractOp);

    /// <summary>Contractions of data with trained tensors that give rows of numbers [B, …].</summary>
    public IEnumerable<int> Products =>
        Contractions.Where(node => step.Nodes[node].Results[0].Rank == 2 && !fixedValues[step.Values.FirstResult(node)]
        && step.Nodes[node].Operands.Any(operand => IsTrained(operand) || IsPartOfProduct(operand)));

    /// <summary>True where a value is a trained tensor, or computed from trained tensors and no data.</summary>
    public bool IsTrained(int value) => fixedValues[value] && FirstParameter(value) >= 0;

    /// <summary>The state or step input that a value is, or of which it is a multiple element by element (h, r ⊙ h); −1 for all others.
    /// States come before inputs.</summary>
    public int Source(int value)
    {
        int node = step.Values.Node(value);
        if (node < 0)
            return step.Inputs[value] is { Type.IsReal: true, Role: PortRole.State or PortRole.Input } port
                && !MaskPort.Is(port) ? value : -1;
        if (step.Nodes[node].Op is not MulOp)
            return -1;

        return step.Nodes[node].Operands.Select(Source).Where(source => source >= 0 && step.Values.Type(source) == step.Values.Type(value))
            .OrderBy(source => step.Inputs[source].Role == PortRole.State ? 0 : 1).Append(-1).First();
    }

    public bool IsState(int value) => value >= 0 && value < step.Inputs.Count && step.Inputs[value].Role == PortRole.State;

    /// <summary>The first trained tensor of which a value is made, −1 for none.</summary>
    public int FirstParameter(int value)
    {
        int node = step.Values.Node(value);
        if (node < 0)
            return step.Inputs[value].Role == PortRole.Parameter ? value : -1;

        return step.Nodes[node].Operands.Select(FirstParameter).Where(parameter => parameter >= 0).Append(-1).First();
    }

    /// <summary>The nodes that read a value.</summary>
    public IEnumerable<int> Readers(int value) =>
        Enumerable.Range(0, step.Nodes.Count).Where(node => step.Nodes[node].Operands.Contains(value));

    // The first half of a bilinear product.
    private bool IsPartOfProduct(int value) =>
        step.Values.Node(value) is int node and >= 0 && step.Nodes[node].Op is ContractOp && step.Nodes[node].Operands.Any(IsTrained);

    // Neither data nor anything made of data: trained tensors, numbers, and masks of trained tensors, which have no batch.
    private static bool[] FixedValues(Graph step)
    {
        var result = new bool[step.Values.Count];
        for (int i = 0; i < step.Inputs.Count; i++)
        {
            Port port = step.Inputs[i];
            result[i] = port.Role == PortRole.Parameter
                || (port.Role == PortRole.PerSequence && MaskPort.Is(port) && port.Type.Rank > 0 && port.Type.Dims[0] != Dim.Symbol("B"));
        }

        for (int node = 0; node < step.Nodes.Count; node++)
        {
            for (int r = 0; r < step.Nodes[node].Results.Count; r++)
                result[step.Values.FirstResult(node) + r] = step.Nodes[node].Operands.All(operand => result[operand]);
        }

        return result;
    }
}
