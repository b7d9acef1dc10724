using System.Text.Json;
using RnnJit.Ir;

namespace RnnJit.Verification;

/// <summary>Calls of one Keras layer in order. A stateful layer carries its states from call to call until they are reset.</summary>
internal sealed class KerasCalls(JsonElement layer, IGoldenBackend backend, ElementType precision)
{
    private readonly bool stateful = KerasWeights.Flag(
        GoldenReader.Object(layer, "layer").TryGetProperty("layer", out JsonElement inner) ? inner : layer, "stateful", false);
    private NdArray[]? carried;

    /// <returns>What the last call gives.</returns>
    public NdArray Run(JsonElement sequence)
    {
        NdArray? last = null;
        foreach (JsonElement step in GoldenReader.Items(sequence, "sequence"))
        {
            if (GoldenReader.Object(step, "sequence").TryGetProperty("call", out JsonElement call))
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
        NdArray x = GoldenReader.Tensor(GoldenReader.Member(GoldenReader.Object(call, "call"), "x"), "x");
        if (x.Rank != 3)
            throw new GoldenException($"'x' is [{string.Join(", ", x.Shape)}], wanted [batch, steps, width]");
        bool masked = call.TryGetProperty("mask", out JsonElement mask) && mask.ValueKind != JsonValueKind.Null;
        if (call.TryGetProperty("initial_state", out JsonElement initial) && initial.ValueKind != JsonValueKind.Null)
            carried = States(initial);

        var (program, given) = KerasLayer.Build(layer, x.Shape[1], x.Shape[2], masked);
        if (precision == ElementType.F64)
            program = GraphMapper.WithPrecision(program, ElementType.F64);
        var inputs = new Dictionary<string, NdArray>(given) { ["x"] = x };
        if (masked)
            inputs["mask"] = Mask(mask);
        Port[] states = program.Inputs.Where(port => port.Role == PortRole.State).ToArray();
        if (carried is not null && carried.Length != states.Length)
            throw new GoldenException(
                $"'initial_state' has {carried.Length} tensors, wanted {states.Length}: "
                    + $"{string.Join(", ", states.Select(state => state.Name))} (give one for each state)");
        for (int s = 0; s < states.Length; s++)
        {
            int[] shape = [x.Shape[0], states[s].Type.Dims[1].Constant];
            inputs[states[s].Name] = carried?[s] ?? new NdArray(shape);
            if (!inputs[states[s].Name].Shape.AsSpan().SequenceEqual(shape))
                throw new GoldenException(
                    $"'initial_state' of '{states[s].Name}' is [{string.Join(", ", carried![s].Shape)}], "
                        + $"wanted [{string.Join(", ", shape)}] (give a row for each row of x)");
        }

        IReadOnlyDictionary<string, NdArray> outputs = backend.Run(program, inputs);
        carried = stateful ? program.Outputs.Where(output => output.Role == OutputRole.Next).Select(output => outputs[output.Name])
            .ToArray() : null;
        return outputs["y"];
    }

    // A layer of one state may have its tensor in place of a list.
    private static NdArray[] States(JsonElement initial) => initial.ValueKind == JsonValueKind.Object
        ? [GoldenReader.Tensor(initial, "initial_state")]
        : [.. GoldenReader.Items(initial, "initial_state").Select(state => GoldenReader.Tensor(state, "initial_state"))];

    private static NdArray Mask(JsonElement mask)
    {
        int[] shape =
            [.. GoldenReader.Items(GoldenReader.Member(mask, "shape"), "mask").Select(extent => GoldenReader.Int(extent, "mask"))];
        double[] data = [.. GoldenReader.Items(GoldenReader.Member(mask, "data"), "mask")
            .Select(element => element.ValueKind == JsonValueKind.True ? 1.0 : 0.0)];
        return shape.Aggregate(1L, (product, extent) => Math.Min(product * extent, int.MaxValue + 1L)) == data.Length
            ? new NdArray(shape, data)
            : throw new GoldenException(
                $"'mask' has the shape [{string.Join(", ", shape)}] but {data.Length} elements (give as many as the shape says)");
    }
}
