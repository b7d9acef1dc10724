using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>A cell: the graph of one step. Inputs are step inputs, inputs per sequence, states and parameters; outputs are the next states in the order of the states, then results.</summary>
public sealed record CellDefinition(Graph Step)
{
    public string Name => Step.Name;

    public IEnumerable<Port> States => Step.Inputs.Where(port => port.Role == PortRole.State);

    public IEnumerable<Port> Parameters => Step.Inputs.Where(port => port.Role == PortRole.Parameter);

    public IEnumerable<Port> StepInputs => Step.Inputs.Where(port => port.Role == PortRole.Input);

    public IEnumerable<Port> SequenceInputs => Step.Inputs.Where(port => port.Role == PortRole.PerSequence);

    /// <summary>The output that the layer gives at every step: <c>y</c>, else the first state.</summary>
    public Output LayerOutput => Step.Outputs.FirstOrDefault(output => output.Name == "y") ?? Step.Outputs[0];

    /// <summary>The canonical text; generator and tracing give the same.</summary>
    public override string ToString() => Step.ToString();
}
