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
            NdArray whole = i < scan.Sequences ? operands[i].At(t) : i < scan.Sequences + scan.States ? Copy(states[i - scan.Sequences]) : operands[i];
            inputs[i] = IsBatched(body.Inputs[i].Type) ? whole.Rows(live!) : whole;
        }

        Evaluation step = evaluation.At(t);
        NdArray[] outputs = (live is null ? step : step.With(batch!, live.Length)).Run(body, inputs);
        for (int o = 0; o < outputs.Length; o++)
            Store(o, t, outputs[o], IsBatched(body.Values.Type(body.Outputs[o].Value)) ? live : null);
    }

    // The step writes states in place; what it reads must not change under it.
    private static NdArray Copy(NdArray x) => new(x.Shape, (double[])x.Data.Clone());

    // With lengths, a tensor that begins with the batch has its live rows only.
    private bool IsBatched(TensorType type) => batch is not null && type.Rank > 0 && type.Dims[0].AsSymbol == batch;

    private void Store(int o, int t, NdArray value, int[]? live)
    {
        OutputRole role = scan.Body.Outputs[o].Role;
        double[] target = Results[o].Data;
        int first = role == OutputRole.Yield ? t * (target.Length / Results[o].Shape[0]) : 0;
        int width = live is null ? value.Length : value.Length / Math.Max(live.Length, 1);
        for (int row = 0; row < (live?.Length ?? 1); row++)
        {
            int to = first + ((live?[row] ?? 0) * width), from = row * width;
            for (int i = 0; i < width; i++)
                target[to + i] = role == OutputRole.Sum ? target[to + i] + value.Data[from + i] : value.Data[from + i];
        }
    }
}
