using System.Text.Json;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Calls of one Keras layer in order. A stateful layer carries its states from call to call until they are reset.</summary>
internal sealed class KerasCalls(JsonElement layer, IGoldenBackend backend, ElementType precision)
{
    private readonly bool stateful = KerasWeights.Flag(layer.TryGetProperty("layer", out JsonElement inner) ? inner : layer, "stateful", false);
    private NdArray[]? carried;

    /// <returns>What the last call gives.</returns>
    public NdArray Run(JsonElement sequence)
    {
        NdArray? last = null;
        foreach (JsonElement step in sequence.EnumerateArray())
        {
            if (step.TryGetProperty("call", out JsonElement call))
                last = Call(call);
            else if (step.TryGetProperty("reset_state", out _))
                carried = null;
            else
                throw new GoldenUnsupportedException($"step '{step}' of a sequence has no program here");
        }

        return last ?? throw new GoldenException("'sequence' has no call, wanted at least one");
    }

    private NdArray Call(JsonElement call)
    {
        NdArray x = GoldenReader.Tensor(GoldenReader.Member(call, "x"), "x");
        if (x.Rank != 3)
            throw new GoldenException($"'x' is [{string.Join(", ", x.Shape)}], wanted [batch, steps, width]");
        bool masked = call.TryGetProperty("mask", out JsonElement mask) && mask.ValueKind != JsonValueKind.Null;
        if (call.TryGetProperty("initial_state", out JsonElement initial) && initial.ValueKind != JsonValueKind.Null)
            carried = initial.EnumerateArray().Select(state => GoldenReader.Tensor(state, "initial_state")).ToArray();

        var (program, given) = KerasLayer.Build(layer, x.Shape[1], x.Shape[2], masked);
        if (precision == ElementType.F64)
            program = GraphMapper.WithPrecision(program, ElementType.F64);
        var inputs = new Dictionary<string, NdArray>(given) { ["x"] = x };
        if (masked)
            inputs["mask"] = Mask(mask);
        Port[] states = program.Inputs.Where(port => port.Role == PortRole.State).ToArray();
        for (int s = 0; s < states.Length; s++)
            inputs[states[s].Name] = carried?[s] ?? new NdArray([x.Shape[0], states[s].Type.Dims[1].Constant]);

        IReadOnlyDictionary<string, NdArray> outputs = backend.Run(program, inputs);
        carried = stateful ? program.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => outputs[output.Name]).ToArray() : null;
        return outputs["y"];
    }

    private static NdArray Mask(JsonElement mask) => new(
        GoldenReader.Member(mask, "shape").EnumerateArray().Select(extent => GoldenReader.Int(extent, "shape")).ToArray(),
        GoldenReader.Member(mask, "data").EnumerateArray().Select(element => element.ValueKind == JsonValueKind.True ? 1.0 : 0.0).ToArray());
}
