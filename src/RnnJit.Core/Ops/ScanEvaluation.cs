using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>The value of a scan, step by step.</summary>
internal sealed class ScanEvaluation
{
    private readonly ScanOp scan;
    private readonly NdArray[] operands;
    private readonly Evaluation evaluation;
    private readonly string? batch;
    private readonly int[]? lengths;
    private readonly NdArray[] states;

    public ScanEvaluation(ScanOp scan, NdArray[] operands, Evaluation evaluation, string? batch, int[]? lengths)
    {
        this.scan = scan;
        this.operands = operands;
        this.evaluation = evaluation;
        this.batch = batch;
        this.lengths = lengths;
        states = operands.Skip(scan.Sequences).Take(scan.States).Select(Copy).ToArray();
        Graph body = scan.Body;
        Results = body.Outputs.Select(output =>
        {
            TensorType type = body.Values.Type(output.Value);
            return new NdArray(evaluation.Shape(output.Role == OutputRole.Yield ? scan.Timed(type) : type));
        }).ToArray();
        for (int s = 0; s < scan.States; s++)
            Results[s] = states[s];
    }

    public NdArray[] Results { get; }

    public void Step(int t)
    {
        int[]? live = lengths is null ? null : Enumerable.Range(0, lengths.Length).Where(row => t < lengths[row]).ToArray();
        if (live is { Length: 0 })
            return;

        Graph body = scan.Body;
        var inputs = new NdArray[body.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            NdArray whole =
                i < scan.Sequences ? operands[i].At(t) : i < scan.Sequences + scan.States ? Copy(states[i - scan.Sequences]) : operands[i];
            inputs[i] = live is not null && IsBatched(body.Inputs[i].Type) ? Narrowed(whole, body.Inputs[i].Type, live) : whole;
        }

        Evaluation step = evaluation.At(t);
        NdArray[] outputs = (live is null ? step : step.With(batch!, live.Length)).Run(body, inputs);
        for (int o = 0; o < outputs.Length; o++)
            Store(o, t, outputs[o], live);
    }

    // A copy of a state for the step to read, because next states are written in place.
    private static NdArray Copy(NdArray x) => new(x.Shape, (double[])x.Data.Clone());

    // With lengths, the batch has the rows that run only, along whichever axis it lies.
    private bool IsBatched(TensorType type) => batch is not null && type.Dims.Any(IsBatch);

    private bool IsBatch(Dim dim) => dim.AsSymbol == batch;

    private NdArray Narrowed(NdArray whole, TensorType type, int[] live) => new(
        [.. whole.Shape.Select((extent, axis) => IsBatch(type.Dims[axis]) ? live.Length : extent)],
        Array.ConvertAll(Running(type, whole.Shape, live), flat => whole.Data[flat]));

    // Indices of the running rows' elements within the tensor of all rows.
    private int[] Running(TensorType type, int[] shape, int[] live)
    {
        int[] found = [0];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            int[] places = IsBatch(type.Dims[axis]) ? live : [.. Enumerable.Range(0, shape[axis])];
            int extent = shape[axis];
            found = [.. found.SelectMany(before => places.Select(place => (before * extent) + place))];
        }

        return found;
    }

    private void Store(int o, int t, NdArray value, int[]? live)
    {
        Output output = scan.Body.Outputs[o];
        TensorType type = scan.Body.Values.Type(output.Value);
        double[] target = Results[o].Data;
        int[] shape = output.Role == OutputRole.Yield ? [.. Results[o].Shape.Skip(1)] : Results[o].Shape;
        int first = output.Role == OutputRole.Yield ? t * NdArray.Size(shape) : 0;
        int[]? places = live is not null && IsBatched(type) ? Running(type, shape, live) : null;
        for (int i = 0; i < value.Length; i++)
        {
            int to = first + (places?[i] ?? i);
            target[to] = output.Role == OutputRole.Sum ? target[to] + value.Data[i] : value.Data[i];
        }
    }
}
