using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Cells;

/// <summary>A cell: the graph of one step. Inputs are step inputs, inputs per sequence, states and parameters; outputs are the next states
/// in the order of the states, then results.</summary>
public sealed record CellDefinition(Graph Step)
{
    public string Name => Step.Name;

    /// <summary>The C# text of the class that the cell was read from; null where only the graph is known.</summary>
    public string? Written { get; private set; }

    /// <summary>The equations for a reader: the C# text where it is known, else the graph with the author's own names.</summary>
    public string Source => Written ?? Printer.PrintNamed(Step);

    public IEnumerable<Port> States => Step.Inputs.Where(port => port.Role == PortRole.State);

    public IEnumerable<Port> Parameters => Step.Inputs.Where(port => port.Role == PortRole.Parameter);

    public IEnumerable<Port> StepInputs => Step.Inputs.Where(port => port.Role == PortRole.Input);

    public IEnumerable<Port> SequenceInputs => Step.Inputs.Where(port => port.Role == PortRole.PerSequence);

    /// <summary>The output that the layer gives at every step: <c>y</c>, else the first state.</summary>
    public Output LayerOutput => Step.Outputs.FirstOrDefault(output => output.Name == "y") ?? Step.Outputs[0];

    /// <summary>The same cell with the C# text of its class.</summary>
    // A method: generators run where init-only setters of one framework are not those of another.
    public CellDefinition From(string? written) => new(Step) { Written = written };

    /// <summary>Cells are equal whose steps are, wherever they were read.</summary>
    public bool Equals(CellDefinition? other) => other is not null && Step.Equals(other.Step);

    /// <inheritdoc/>
    public override int GetHashCode() => Step.GetHashCode();

    /// <summary>The canonical text; generator and tracing give the same.</summary>
    public override string ToString() => Step.ToString();
}
