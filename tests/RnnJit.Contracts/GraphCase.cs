using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Contracts;

/// <summary>A random Program at sizes of its own. What an input holds follows from the seed and its name.</summary>
internal sealed record GraphCase(int Seed, Graph Program, IReadOnlyDictionary<string, int> Sizes)
{
    /// <summary>Tame numbers that float32 holds exactly; another draw differs in all that is real.</summary>
    public Dictionary<string, NdArray> Draw(int draw) => Program.Inputs.ToDictionary(port => port.Name, port => Draw(port, draw));

    public NdArray Draw(Port port, int draw)
    {
        var random = new Random(
            (Seed * 31) + (port.Type.IsReal ? draw * 7919 : 0) + port.Name.Aggregate(7, (hash, letter) => (hash * 131) + letter));
        var array = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(Sizes)).ToArray());
        double scale = port.Role == PortRole.Parameter && array.Rank > 1 ? 1.2 / Math.Sqrt(array.Shape.TakeLast(2).Max()) : 0.7;
        int full = random.Next(4);
        for (int i = 0; i < array.Length; i++)
        {
            array.Data[i] = port.Name.StartsWith("lengths", StringComparison.Ordinal)
                ? (full == 0 ? Sizes["T"] : full == 1 ? 1 + random.Next(Sizes["T"]) : random.Next(Sizes["T"] + 1))
                : port.Name.StartsWith("rows", StringComparison.Ordinal) ? random.Next(Sizes["B"])
                : !port.Type.IsReal ? random.Next(Sizes["V"])
                : (float)(scale * ((2 * random.NextDouble()) - 1));
        }

        return array;
    }

    /// <summary>About how many multiplications the oracle does, with what a node costs besides.</summary>
    public static double Work(Graph graph, IReadOnlyDictionary<string, int> sizes) => graph.Nodes.Sum(node => 30 + (node.Op switch
    {
        ScanOp scan => scan.Time.Evaluate(sizes) * Work(scan.Body, sizes),
        ContractOp op =>
            op.Left.Zip(graph.Values.Type(node.Operands[0]).Dims).Concat(op.Right.Zip(graph.Values.Type(node.Operands[1]).Dims))
            .DistinctBy(pair => pair.First).Aggregate(1.0, (product, pair) => product * pair.Second.Evaluate(sizes)),
        _ => node.Results.Sum(type => type.Dims.Aggregate(1.0, (product, dim) => product * dim.Evaluate(sizes))),
    }));

    public override string ToString() => $"seed {Seed}: {string.Join(", ", Sizes.Select(pair => $"{pair.Key} = {pair.Value}"))}"
        + string.Concat(
            Program.Inputs.Where(port => !port.Type.IsReal).Select(port => $", {port.Name} = {string.Join(' ', Draw(port, 0).Data)}"));
}
