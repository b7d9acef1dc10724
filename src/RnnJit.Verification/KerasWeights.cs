using System.Text.Json;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Ops;

namespace RnnJit.Verification;

/// <summary>The weights of a Keras layer as Keras keeps them, kernel [I, G · u] applied as x · K, and what a cell reads of them: W of gate
/// g is the g-th run of columns, transposed.</summary>
/// <param name="values">Receives what the initialisers make of them.</param>
internal sealed class KerasWeights(NetworkBuilder net, Dictionary<string, NdArray> values, string prefix, JsonElement config, int units)
{
    public static bool Flag(JsonElement config, string name, bool fallback) =>
        GoldenReader.Object(config, "layer").TryGetProperty(name, out JsonElement value) ? value.ValueKind == JsonValueKind.True : fallback;

    /// <summary>The parameters of the cell by its names.</summary>
    /// <param name="width">I.</param>
    public IEnumerable<(string Port, Value Value)> For(string kind, Dim width)
    {
        string[] gates = kind switch
        {
            "LSTM" => CellLayout.KerasLstmGates,
            "GRU" => CellLayout.KerasGruGates,
            _ => CellLayout.OneGate,
        };
        bool twoBiases = kind == "GRU" && Flag(config, "reset_after", true);
        int columns = gates.Length * units;
        Value kernel = Weight("kernel", [width, columns]), recurrent = Weight("recurrent_kernel", [units, columns]);
        Value[] biases =
            twoBiases ? [Bias("input_bias", kind, columns), Bias("recurrent_bias", kind, columns)] : [Bias("bias", kind, columns)];
        for (int gate = 0; gate < gates.Length; gate++)
        {
            yield return ("W" + gates[gate], Columns(kernel, gate));
            yield return ("U" + gates[gate], Columns(recurrent, gate));
            Value[] b = biases.Select(bias => net.Graph.Add(new SliceOp(0, gate * units, units), bias)).ToArray();

            // The reset gate acts on the recurrent bias too, so the two stay apart there.
            bool apart = twoBiases && gates[gate] == "n";
            yield return ("b" + gates[gate], apart || b.Length == 1 ? b[0] : b[0] + b[1]);
            if (apart)
                yield return ("c" + gates[gate], b[1]);
        }
    }

    private Value Columns(Value kernel, int gate) =>
        net.Graph.Add(new TransposeOp([1, 0]), net.Graph.Add(new SliceOp(1, gate * units, units), kernel));

    private Value Weight(string name, Dim[] dims)
    {
        values[prefix + name] = Filled(dims, Constant(name == "kernel" ? "kernel_initializer" : "recurrent_initializer"));
        return net.Parameter(prefix + name, "zeros", dims);
    }

    // The forget bias of an LSTM starts at 1 whatever the initialiser says.
    private Value Bias(string name, string kind, int columns)
    {
        bool used = Flag(config, "use_bias", true);
        NdArray bias = Filled([columns], used ? Constant("bias_initializer", 0) : 0);
        if (used && kind == "LSTM" && Flag(config, "unit_forget_bias", true))
            bias.Data.AsSpan(units, units).Fill(1);
        values[prefix + name] = bias;
        return net.Parameter(prefix + name, "zeros", columns);
    }

    private double Constant(string name, double? fallback = null)
    {
        if (!config.TryGetProperty(name, out JsonElement kind))
            return fallback ?? throw new GoldenUnsupportedException($"'{name}' is not given, and random weights have no known result");
        if (kind.ValueKind == JsonValueKind.Object && kind.TryGetProperty("constant", out JsonElement constant))
            return GoldenReader.Double(constant, name);

        return kind.ValueKind == JsonValueKind.String ? kind.GetString() switch
        {
            "ones" => 1,
            "zeros" => 0,
            var other => throw new GoldenUnsupportedException($"{name} '{other}' has no known result"),
        }
        : throw new GoldenException($"'{name}' is {kind.ValueKind}, wanted a name or a constant");
    }

    private static NdArray Filled(Dim[] dims, double value)
    {
        var array = new NdArray(dims.Select(dim => dim.Constant).ToArray());
        Array.Fill(array.Data, value);
        return array;
    }
}
