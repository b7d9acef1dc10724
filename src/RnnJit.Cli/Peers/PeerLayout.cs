using RnnJit.Cells;
using RnnJit.Cli.Layers;
using RnnJit.Files;
using RnnJit.Runtime;

namespace RnnJit.Cli.Peers;

/// <summary>A cell's name among the peers, and the stacked tensors that hold its parameters there.</summary>
/// <param name="Name">The cell of lines.py.</param>
/// <param name="Stacks">A tensor there, and the parameters of ours whose rows it holds, in order.</param>
internal sealed record PeerLayout(string Name, IReadOnlyList<(string Stack, string[] Parameters)> Stacks)
{
    private static readonly (Type Cell, PeerLayout Layout)[] Known =
    [
        (typeof(Lstm), Gates("lstm", ["i", "f", "g", "o"])),
        (typeof(GruResetAfter), Gates("gru", ["r", "z", "n"], ("cn", ["cn"]))),
        (typeof(Elman), Gates("rnn", [""])),
        (typeof(ElmanRelu), Gates("relu", [""])),
        (typeof(LstmPeephole), Gates("peephole", ["i", "f", "g", "o"], ("p", ["pi", "pf", "po"]))),
    ];

    /// <summary>The cells that some peer has.</summary>
    public static string Cells => string.Join(", ", Known.Select(known => known.Cell.Name));

    /// <summary>The layout of a cell whose equations peers have; null for all others.</summary>
    public static PeerLayout? Of(CellDefinition cell) =>
        Known.FirstOrDefault(known => CellRegistry.Find(known.Cell).Step == cell.Step).Layout;

    /// <summary>
    /// Writes the inputs of the executable (sequence, initial states, stacked parameters) to a safetensors file for the peers.
    /// </summary>
    public void Write(string path, Executable executable)
    {
        var tensors = new List<KeyValuePair<string, SafetensorsTensor>>
        {
            new("x", Whole(executable.Input("x"))),
        };
        tensors.AddRange(States(executable)
            .Select(state => new KeyValuePair<string, SafetensorsTensor>(state + "0", Whole(executable.Input($"layer0.{state}0")))));
        tensors.AddRange(Stacks.Select(stack => new KeyValuePair<string, SafetensorsTensor>(stack.Stack,
            Stacked([.. stack.Parameters.Select(name => executable.Input("layer0." + name))]))));
        SafetensorsFile.Write(path, tensors);
    }

    /// <summary>
    /// The results of the executable under the peers' names: the output and, in training, the gradients of input, initial states and
    /// stacked parameters.
    /// </summary>
    public IEnumerable<(string Name, float[] Values)> Results(Executable executable, bool training)
    {
        yield return (LayerProgram.Output, executable.Output(LayerProgram.Output).Read<float>().ToArray());
        if (!training)
            yield break;
        yield return ("dx", executable.Output("d_x").Read<float>().ToArray());
        foreach (string state in States(executable))
            yield return ($"d{state}0", executable.Output($"d_layer0.{state}0").Read<float>().ToArray());
        foreach (var (stack, parameters) in Stacks)
            yield return ("d" + stack, [.. parameters.SelectMany(name => executable.Output("d_layer0." + name).Read<float>().ToArray())]);
    }

    private static PeerLayout Gates(string name, string[] gates, params (string, string[])[] more) =>
        new(name, [.. ((string[])["W", "U", "b"]).Select(letter => (letter, gates.Select(gate => letter + gate).ToArray())), .. more]);

    private static IEnumerable<string> States(Executable executable) =>
        ((string[])["h", "c"]).Where(state => executable.Program.InputIndex($"layer0.{state}0") >= 0);

    private static SafetensorsTensor Whole(Tensor tensor) =>
        SafetensorsTensor.From(tensor.Read<float>(), [.. tensor.Shape.Select(size => (long)size)]);

    private static SafetensorsTensor Stacked(Tensor[] parts)
    {
        float[] values = [.. parts.SelectMany(part => part.Read<float>().ToArray())];
        return SafetensorsTensor.From(values, [parts.Sum(part => part.Shape[0]), .. parts[0].Shape.Skip(1).Select(size => (long)size)]);
    }
}
