using RnnJit.Cells;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Planning;

namespace RnnJit.Bench;

/// <summary>The Program of a training step of one layer, with the gradient of all that is read.</summary>
internal static class BenchLayer
{
    public static Graph Training(string cell) =>
        StandardPrograms.Of(CellRegistry.Find(cell)).Single(program => program.Name == "training").Program;

    /// <summary>Every dimension of it.</summary>
    public static Dictionary<string, int> Sizes(Graph program, int steps, int batch, int hidden)
    {
        Dictionary<string, int> sizes = program.Symbols().ToDictionary(symbol => symbol, _ => hidden);
        (sizes["T"], sizes["B"]) = (steps, batch);
        return sizes;
    }
}
