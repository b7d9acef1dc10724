using RnnJit.Ir;

namespace RnnJit.Networks.Onnx;

/// <summary>The outputs of an operator: all states over time and the final ones; shapes in <see cref="OnnxAttributes.Layout"/>.</summary>
/// <param name="Yc">The final memory of an LSTM, else null.</param>
public sealed record OnnxOutputs(Value Y, Value Yh, Value? Yc);

/// <summary>The optional inputs of an operator, besides X, W [D, G·H, I] and R [D, G·H, H]; null where one is missing.</summary>
/// <param name="B">Biases [D, 2·G·H], those of W before those of R.</param>
/// <param name="Lengths">i32[B]. Rows of length 0 give 0 everywhere, whatever their initial state.</param>
/// <param name="P">Peepholes of an LSTM [D, 3·H], in the order i, o, f.</param>
public sealed record OnnxOptional(Value? B = null, Value? Lengths = null, Value? H0 = null, Value? C0 = null, Value? P = null);

/// <summary>
/// ONNX's LSTM, GRU and RNN as graphs (Operators.md of ONNX, sections LSTM, GRU, RNN; lengths as ONNX Runtime has them).
/// Every combination of attributes is a scan like any other, so all passes and kernels serve it, and it can be trained.
/// All throw <see cref="GraphException"/> RNNJ169 where an attribute or a shape is wrong.
/// </summary>
public static class OnnxRecurrent
{
    /// <summary>LSTM with rows i, o, f, c.</summary>
    public static OnnxOutputs Lstm(Value x, Value w, Value r, OnnxOptional? optional = null, OnnxAttributes? attributes = null)
    {
        attributes ??= new OnnxAttributes();
        optional ??= new OnnxOptional();
        OnnxActivation[][] functions = attributes.Functions("LSTM", "Sigmoid", "Tanh", "Tanh");
        var layer = new OnnxLayer("LSTM", attributes, optional, x, w, r, ["i", "o", "f", "g"]);
        return layer.Build(direction => OnnxCells.Lstm(attributes, functions[direction], x.Type.Element, optional.P is not null));
    }

    /// <summary>GRU with rows z, r, h.</summary>
    public static OnnxOutputs Gru(Value x, Value w, Value r, OnnxOptional? optional = null, OnnxAttributes? attributes = null)
    {
        attributes ??= new OnnxAttributes();
        OnnxActivation[][] functions = attributes.Functions("GRU", "Sigmoid", "Tanh");
        return new OnnxLayer("GRU", attributes, optional ?? new OnnxOptional(), x, w, r, ["z", "r", "h"])
            .Build(direction => OnnxCells.Gru(attributes, functions[direction], x.Type.Element));
    }

    /// <summary>RNN.</summary>
    public static OnnxOutputs Simple(Value x, Value w, Value r, OnnxOptional? optional = null, OnnxAttributes? attributes = null)
    {
        attributes ??= new OnnxAttributes();
        OnnxActivation[][] functions = attributes.Functions("RNN", "Tanh");
        return new OnnxLayer("RNN", attributes, optional ?? new OnnxOptional(), x, w, r, ["i"])
            .Build(direction => OnnxCells.Simple(attributes, functions[direction], x.Type.Element));
    }
}
