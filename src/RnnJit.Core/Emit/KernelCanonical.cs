using System.Globalization;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>Canonical names, so that equal kernels have equal text: inputs a0, a1, …, outputs r0, r1, …, dimensions R and N.
/// Local names stay for readers.</summary>
public static class KernelCanonical
{
    private static readonly Dim Rows = Dim.Symbol("R"), Columns = Dim.Symbol("N");

    /// <exception cref="GraphException">RNNJ180 to RNNJ182: the graph is no kernel.</exception>
    public static Graph Run(Graph kernel)
    {
        KernelShapes.Check(kernel);
        var local = kernel.Inputs.Select((port, i) => (port.Name, Value: i)).ToDictionary(pair => pair.Value, pair => pair.Name);
        foreach (var pair in kernel.LocalNames)
            local[pair.Key] = pair.Value;
        return new Graph(
            "kernel",
            "fused",
            kernel.Inputs.Select((port, i) => new Port(Numbered("a", i), Rename(port.Type), PortRole.Input)).ToEquatable(),
            kernel.Nodes.Select(node => new Node(Rename(node.Op), node.Operands, node.Results.Select(Rename).ToEquatable())).ToEquatable(),
            kernel.Outputs.Select((output, i) => new Output(Numbered("r", i), output.Value, OutputRole.Result)).ToEquatable())
        {
            LocalNames = local,
        };
    }

    private static TensorType Rename(TensorType type) => KernelShapes.Of(type) switch
    {
        KernelShape.Full => type.WithDims([Rows, Columns]),
        KernelShape.Row => type.WithDims([Rows, 1]),
        KernelShape.Column => type.WithDims([Columns]),
        KernelShape.Index => type.WithDims([Rows]),
        _ => type.WithDims([]),
    };

    private static Op Rename(Op op) => op switch
    {
        ConstantOp constant => new ConstantOp(constant.Value, Rename(constant.Type)),
        BroadcastOp broadcast => new BroadcastOp(Rename(new TensorType(ElementType.F32, broadcast.Dims)).Dims),
        MarkOp mark => mark.Over(Columns, ElementType.F32),
        ExtentOp => new ExtentOp(Columns, ElementType.F32),
        _ => op,
    };

    private static string Numbered(string letter, int number) => letter + number.ToString(CultureInfo.InvariantCulture);
}
