using System.Text.Json;
using RnnJit.Ir;
using RnnJit.Networks.Onnx;

namespace RnnJit.Tests.Networks.Onnx;

/// <summary>A run of one operator by another implementation.</summary>
/// <param name="Inputs">By ONNX's slots; null where nothing is given.</param>
/// <param name="Outputs">By name: Y, Y_h, Y_c.</param>
/// <param name="Spread">How far the numbers lie from another reference.</param>
internal sealed record OnnxCase(string Op, bool Succeeds, OnnxAttributes Attributes, IReadOnlyList<(string Name, NdArray Data)?> Inputs,
    IReadOnlyList<(string Name, NdArray Data)> Outputs, double Spread)
{
    public static OnnxCase Read(string path)
    {
        JsonElement root = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        return new OnnxCase(
            root.GetProperty("op").GetString()!,
            root.GetProperty("expect").GetString() == "success",
            Read(root.GetProperty("attributes")),
            [.. root.GetProperty("inputs").EnumerateArray().Select(Tensor)],
            [.. root.GetProperty("outputs").EnumerateArray().Select(Tensor).OfType<(string, NdArray)>()],
            root.TryGetProperty("refMaxAbsDiff", out JsonElement spread) ? spread.GetDouble() : 0);
    }

    /// <summary>The operator as a program with inputs and outputs of ONNX's names.</summary>
    public Graph Build(ElementType real, OnnxAttributes? attributes = null)
    {
        var builder = new GraphBuilder();
        bool batchFirst = Attributes.Layout == 1;
        Dim[][] dims = [batchFirst ? ["B", "T", "I"] : ["T", "B", "I"]];
        Value? Input(int slot, params Dim[] shape) => slot < Inputs.Count && Inputs[slot] is { } given
            ? builder.Input(given.Name, new TensorType(given.Name == "sequence_lens" ? ElementType.I32 : real, shape))
            : null;
        Dim d = Attributes.Direction == "bidirectional" ? 2 : 1, h = "H";
        int gates = Op switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        Dim[] states = batchFirst ? ["B", d, h] : [d, "B", h];
        Value x = Input(0, dims[0])!, w = Input(1, d, gates * h, "I")!, r = Input(2, d, gates * h, h)!;
        var optional = new OnnxOptional(Input(3, d, 2 * gates * h), Input(4, "B"), Input(5, states), Input(6, states), Input(7, d, 3 * h));
        OnnxOutputs found =
            (Op switch
            {
                "LSTM" => (Func<Value, Value, Value, OnnxOptional, OnnxAttributes, OnnxOutputs>)OnnxRecurrent.Lstm,
                "GRU" =>
                OnnxRecurrent.Gru,
                _ => OnnxRecurrent.Simple
            })(
            x, w, r, optional, attributes ?? Attributes);
        (string, Value, OutputRole)[] outputs = [("Y", found.Y, OutputRole.Result), ("Y_h", found.Yh, OutputRole.Result)];
        return builder.Build("program", Op, found.Yc is { } memory ? [.. outputs, ("Y_c", memory, OutputRole.Result)] : outputs);
    }

    private static OnnxAttributes Read(JsonElement given)
    {
        string[] Texts(string name) =>
            given.TryGetProperty(name, out JsonElement found) ? [.. found.EnumerateArray().Select(element => element.GetString()!)] : [];
        double[] Numbers(string name) =>
            given.TryGetProperty(name, out JsonElement found) ? [.. found.EnumerateArray().Select(element => element.GetDouble())] : [];
        int Number(string name) => given.TryGetProperty(name, out JsonElement found) ? found.GetInt32() : 0;
        return new OnnxAttributes
        {
            Direction = given.TryGetProperty("direction", out JsonElement direction) ? direction.GetString()! : "forward",
            Activations = Texts("activations"),
            ActivationAlpha = Numbers("activation_alpha"),
            ActivationBeta = Numbers("activation_beta"),
            Clip = given.TryGetProperty("clip", out JsonElement clip) ? clip.GetDouble() : null,
            InputForget = Number("input_forget") == 1,
            LinearBeforeReset = Number("linear_before_reset") == 1,
            Layout = Number("layout"),
        };
    }

    private static (string Name, NdArray Data)? Tensor(JsonElement element) => element.ValueKind == JsonValueKind.Null
        ? null
        : (element.GetProperty("name").GetString()!, new NdArray(
            [.. element.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())],
            [.. element.GetProperty("data").EnumerateArray().Select(number => number.GetDouble())]));
}
