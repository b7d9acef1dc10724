using RnnJit.Data;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>Inputs of a batch that hold lengths, compared with the batch's own steps before any are added.</summary>
/// <param name="program">Has the loops over steps.</param>
/// <param name="ports">Inputs that a batch gives.</param>
internal sealed class BatchLengths(Graph program, Port[] ports)
{
    private readonly (string Lengths, string Symbol)[] loops =
    [
        .. program.Nodes.Where(node => node.Op is ScanOp { HasLengths: true } && node.Operands[^1] < program.Inputs.Count)
            .Select(node => (Lengths: program.Inputs[node.Operands[^1]].Name, Symbol: ((ScanOp)node.Op).Time.AsSymbol!))
            .Where(loop => loop.Symbol is not null && ports.Any(port => port.Name == loop.Lengths)).Distinct(),
    ];

    /// <summary>Symbols of the steps of loops whose rows have lengths.</summary>
    public IReadOnlyList<string> Symbols { get; } =
    [
        .. program.Nodes.Select(node => node.Op).OfType<ScanOp>().Where(scan => scan.HasLengths).Select(scan => scan.Time.AsSymbol)
            .OfType<string>().Distinct(),
    ];

    /// <exception cref="ArgumentException">A length is negative or beyond the steps of the batch.</exception>
    public void Check(Batch batch)
    {
        foreach (var (name, symbol) in loops)
        {
            if (Steps(batch, symbol) is { } steps)
                LengthCheck.Require(name, batch.Inputs[name].Integers.Span, steps);
        }
    }

    private int? Steps(Batch batch, string symbol)
    {
        foreach (Port port in ports)
        {
            for (int axis = 0; axis < port.Type.Rank; axis++)
            {
                if (port.Type.Dims[axis].AsSymbol == symbol)
                    return batch.Inputs[port.Name].Shape[axis];
            }
        }

        return null;
    }
}
