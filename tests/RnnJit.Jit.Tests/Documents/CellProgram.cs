using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Randomness;

namespace RnnJit.Jit.Tests.Documents;

/// <summary>One layer of a cell with the mean square of its output as loss.</summary>
internal static class CellProgram
{
    public static Graph Of(CellDefinition cell)
    {
        var builder = new GraphBuilder();
        var inputs = new Dictionary<string, Value> { ["x"] = builder.Input("x", new TensorType(ElementType.F32, "T", "B", "X")) };
        foreach (Port state in cell.States)
            inputs[state.Name] = builder.Input(state.Name, state.Type);
        foreach (Port parameter in cell.Parameters)
            inputs[parameter.Name] = builder.Input(parameter.Name, parameter.Type, PortRole.Parameter, parameter.Init);
        var (_, sequences) = CellScan.Apply(builder, cell, inputs, "T");
        Value y = sequences[cell.LayerOutput.Name];
        builder.Label(y, "y");
        return builder.Build("program", cell.Name, [("y", y, OutputRole.Result), ("loss", Rnn.TotalMean(y * y), OutputRole.Result)]);
    }

    public static string[] Trained(Graph program) =>
        program.Inputs.Where(port => port.Role == PortRole.Parameter).Select(port => port.Name).ToArray();

    public static Dictionary<string, NdArray> Draw(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        var random = new RandomStream(7);
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            var array = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray());
            // Numbers that float32 holds, so that both precisions start from the same point.
            for (int i = 0; i < array.Length; i++)
                array.Data[i] = (float)random.NextUniform(-0.8, 0.8);
            return array;
        });
    }
}
