using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>
/// A cell's parameters as slices of weights in PyTorch's layout: gates stacked along the first axis, one bias for the input and one for the
/// state.
/// </summary>
internal static class TorchLayout
{
    /// <summary>The parameters of the cell by its names; a bias that is null is 0.</summary>
    public static IEnumerable<(string Port, Value Value)> Parameters(CellDefinition cell, string[] gates, Dim units, Value input,
        Value recurrent, Value? inputBias, Value? recurrentBias)
    {
        Value Rows(Value stacked, int gate) => input.Builder.Add(new SliceOp(0, gate * units, units), stacked);
        Value Bias(Value? stacked, int gate) =>
            stacked is null ? input.Builder.Add(new ConstantOp(0, new TensorType(input.Type.Element, units))) : Rows(stacked, gate);
        for (int gate = 0; gate < gates.Length; gate++)
        {
            yield return ("W" + gates[gate], Rows(input, gate));
            yield return ("U" + gates[gate], Rows(recurrent, gate));
            Value b = Bias(inputBias, gate), c = Bias(recurrentBias, gate);

            // The reset gate acts on the recurrent bias too, so the two stay apart there.
            bool apart = cell.Parameters.Any(port => port.Name == "c" + gates[gate]);
            yield return ("b" + gates[gate], apart ? b : b + c);
            if (apart)
                yield return ("c" + gates[gate], c);
        }
    }
}
