using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Runtime;

namespace RnnJit.Cli.Layers;

/// <summary>Numbers to run a layer on, the same ones each time.</summary>
internal static class LayerData
{
    /// <summary>The gradient of the loss with respect to each number of the layer's output, given to the backward pass.</summary>
    public const double OutputGradient = 0.5;

    /// <summary>Fills all inputs with random numbers, except: masks have their values outside training, indices are valid for every table,
    /// lengths are full, and the gradient of the output is constant.</summary>
    public static void Fill(Executable executable, LayerPorts ports)
    {
        var random = new Random(1);
        int rows = Rows(executable);
        foreach (Port port in executable.Program.Inputs)
        {
            Tensor tensor = executable.Input(port.Name);
            if (port.Name == ports.Lengths)
                Constant(tensor, executable.Options.Sizes["T"]);
            else if (!port.Type.IsReal)
                tensor.Set(Enumerable.Range(0, tensor.Length).Select(i => (double)(i % rows)).ToArray());
            else if (port.Name == ports.OutputGradient)
                Constant(tensor, OutputGradient);
            else if (MaskPort.Is(port))
                Constant(tensor, MaskPort.Law(port).Outside);
            else if (port.Role == PortRole.Parameter)
                FillParameter(tensor, random);
            else
                Fill(tensor, random, 1);
        }
    }

    /// <summary>Numbers within the root of how many are added up: then a state forgets, and rounding errors of long sequences do not
    /// grow.</summary>
    public static void FillParameter(Tensor tensor, Random random) =>
        Fill(tensor, random, 1 / Math.Sqrt(tensor.Shape.Count == 0 ? 1 : tensor.Shape[^1]));

    private static void Fill(Tensor tensor, Random random, double bound) =>
        tensor.Set(Enumerable.Range(0, tensor.Length).Select(_ => ((2 * random.NextDouble()) - 1) * bound).ToArray());

    private static void Constant(Tensor tensor, double value) => tensor.Set(Enumerable.Repeat(value, tensor.Length).ToArray());

    // An index selects along some axis of some table, or a row of what a gather reads.
    private static int Rows(Executable executable) => executable.Program.Inputs.Where(port => port.Role == PortRole.Parameter)
        .Select(port => executable.Input(port.Name).Shape).Where(shape => shape.Count > 1).SelectMany(shape => shape)
        .Concat(Gathered(executable.Program).Select(rows => rows.Evaluate(executable.Options.Sizes))).DefaultIfEmpty(1).Min();

    private static IEnumerable<Dim> Gathered(Graph graph) => graph.Nodes.SelectMany(node => node.Op switch
    {
        GatherOp => [graph.Values.Type(node.Operands[0]).Dims[0]],
        ScanOp scan => Gathered(scan.Body),
        _ => (IEnumerable<Dim>)[],
    });
}
