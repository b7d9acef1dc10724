using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>Binds the dimension symbols of a cell to the dimensions of its layer.</summary>
internal static class LayerDims
{
    /// <summary>The cell's B and H and those in <paramref name="more"/> are given; every other symbol is read
    /// off an input that shows it.</summary>
    /// <exception cref="GraphException">RNNJ162: no input shows a symbol.</exception>
    public static Dictionary<string, Dim> Bind(CellDefinition cell, Dictionary<string, Value> inputs, Dim batch, Dim hidden,
        IReadOnlyDictionary<string, Dim> more)
    {
        var bound = new Dictionary<string, Dim>(StringComparer.Ordinal) { ["B"] = batch, ["H"] = hidden };
        foreach (var pair in more)
            bound[pair.Key] = pair.Value;
        foreach (Port port in cell.StepInputs.Concat(cell.SequenceInputs).Where(port => !MaskPort.Is(port) && !RunningPort.IsOfStep(port)))
        {
            if (!inputs.TryGetValue(port.Name, out Value? given))
                throw new GraphException("RNNJ160", $"Cell '{cell.Name}' needs '{port.Name}': {port.Type} (give it)");
            int skip = given.Type.Rank - port.Type.Rank;
            for (int axis = 0; axis < port.Type.Rank && skip >= 0; axis++)
            {
                if (port.Type.Dims[axis].AsSymbol is { } symbol && !bound.ContainsKey(symbol))
                    bound[symbol] = given.Type.Dims[axis + skip];
            }
        }

        foreach (Port port in cell.States.Concat(cell.Parameters))
        {
            if (port.Type.Dims.SelectMany(dim => dim.Terms).FirstOrDefault(term => !bound.ContainsKey(term.Symbol)).Symbol is { } open)
                throw new GraphException("RNNJ162",
                    $"Cell '{cell.Name}': nothing gives the size of '{open}' in '{port.Name}': {port.Type} "
                        + "(give it in RecurrentOptions.Dims, name it H or fix it with [Dims])");
        }

        return bound;
    }
}
