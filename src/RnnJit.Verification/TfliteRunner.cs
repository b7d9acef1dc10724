using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;

namespace RnnJit.Verification;

/// <summary>Compares a backend with the values of TensorFlow Lite Micro's LSTM kernel: one step with all its gates, and a sequence. Its
/// clip bounds the cell state.</summary>
public static class TfliteRunner
{
    // The file states about eight digits; TensorFlow Lite Micro itself compares with 1e-5.
    private const double Tolerance = 1e-6;

    // The cell's gates and those of the file.
    private static readonly (string Gate, string Name, string Value)[] Gates = [("i", "input", "inputGate"), ("f", "forget", "forgetGate"),
        ("g", "cell", "cellGate"), ("o", "output", "outputGate")];

    /// <summary>Runs the cases of files and reports a line for each.</summary>
    public static GoldenSummary Run(IEnumerable<string> paths, IGoldenBackend backend, ElementType precision, Action<string> onLine) =>
        GoldenRunner.Files(paths, onLine, path =>
        {
            JsonElement root = GoldenReader.Document(path);
            string file = Path.GetFileNameWithoutExtension(path);
            return [($"{file} singleStep", () => Step(root, backend, precision)),
                ($"{file} sequence", () => Sequence(root, backend, precision))];
        });

    private static GoldenComparison Step(JsonElement root, IGoldenBackend backend, ElementType precision)
    {
        JsonElement given = GoldenReader.Member(root, "singleStep");
        NdArray x = Array(given, "x");
        IReadOnlyDictionary<string, NdArray> found =
            Run(root, backend, precision, new NdArray([x.Shape[0], 1, x.Shape[1]], x.Data), Array(given, "h0"), Array(given, "c0"));
        var comparison = Comparison();
        comparison.Add("h1", Array(given, "h1"), found["layer.h"]);
        comparison.Add("c1", Array(given, "c1"), found["layer.c"]);
        foreach (var (gate, _, value) in Gates)
            comparison.Add(value, Array(given, value), found[gate]);
        return comparison;
    }

    private static GoldenComparison Sequence(JsonElement root, IGoldenBackend backend, ElementType precision)
    {
        JsonElement given = GoldenReader.Member(root, "sequence");
        IReadOnlyDictionary<string,
            NdArray> found = Run(root, backend, precision, Array(given, "x"), Array(given, "h0"), Array(given, "c0"));
        var comparison = Comparison();
        comparison.Add("y", Array(given, "y"), found["y"]);
        comparison.Add("hn", Array(given, "hn"), found["layer.h"]);
        comparison.Add("cn", Array(given, "cn"), found["layer.c"]);
        return comparison;
    }

    // The gates that the states at the beginning make with the first input are outputs too.
    private static IReadOnlyDictionary<string, NdArray> Run(JsonElement root, IGoldenBackend backend, ElementType precision, NdArray x,
        NdArray h0, NdArray c0)
    {
        var net = new NetworkBuilder("Tflite");
        Dim width = x.Shape[2], units = h0.Shape[1];
        var inputs = new Dictionary<string, NdArray>
        {
            ["x"] = x,
            ["first"] = new([x.Shape[0], x.Shape[2]], First(x)),
            ["start"] = h0,
            ["layer.h0"] = h0,
            ["layer.c0"] = c0
        };
        double clip = GoldenReader.Double(GoldenReader.Member(root, "cellClip"), "cellClip");
        Value sequence = net.SwapBatchAndTime(net.Input("x", "B", "T", width)), first = net.Input("first", "B", width),
            start = net.Input("start", "B", units);
        var given = new Dictionary<string, Value>();
        foreach (var (gate, name, _) in Gates)
        {
            inputs["W" + gate] = Array(GoldenReader.Member(root, "weights"), name);
            inputs["U" + gate] = Array(GoldenReader.Member(root, "recurrentWeights"), name);
            inputs["b" + gate] = Array(GoldenReader.Member(root, "bias"), name);
            Value w = given["W" + gate] = net.Parameter("W" + gate, "zeros", units, width),
                u = given["U" + gate] = net.Parameter("U" + gate, "zeros", units, units);
            Value b = given["b" + gate] = net.Parameter("b" + gate, "zeros", units),
                sum = (new Matrix(w) * first) + (new Matrix(u) * start) + b;
            net.Output(gate, gate == "g" ? Rnn.Tanh(sum) : Rnn.Sigmoid(sum));
        }

        RecurrentLayer layer = net.Recurrent("layer", CellTracer.Trace(typeof(Lstm)).WithStateClip(clip, "c"), sequence, units,
            new RecurrentOptions { Given = given });
        net.Output("y", net.SwapBatchAndTime(layer.Output));
        Graph program = net.Build();
        return backend.Run(precision == ElementType.F64 ? GraphMapper.WithPrecision(program, ElementType.F64) : program, inputs);
    }

    private static double[] First(NdArray x) =>
        Enumerable.Range(0, x.Shape[0]).SelectMany(row => x.Data.Skip(row * x.Shape[1] * x.Shape[2]).Take(x.Shape[2])).ToArray();

    private static GoldenComparison Comparison() => new((_, _, expected) => Tolerance + (Tolerance * Math.Abs(expected)));

    // Nested arrays of numbers.
    private static NdArray Array(JsonElement parent, string name)
    {
        var shape = new List<int>();
        for (JsonElement level = GoldenReader.Member(parent, name); level.ValueKind == JsonValueKind.Array; level = level[0])
            shape.Add(level.GetArrayLength());
        double[] data = [.. Numbers(GoldenReader.Member(parent, name), name)];
        return NdArray.Size([.. shape]) == data.Length ? new NdArray([.. shape],
            data) : throw new GoldenException($"'{name}' has rows of different lengths");
    }

    private static IEnumerable<double> Numbers(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(inner => Numbers(inner, name)) : [
            GoldenReader.Double(element, name)];
}
