using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>
/// Connectionist temporal classification (Graves et al. 2006, section 4.1): the probability of a label sequence is the sum
/// over all paths that give it when repeats are joined and blanks removed. α runs over the labels with blanks around them,
/// in logarithms, as one scan over time.
/// </summary>
internal sealed class Ctc
{
    // ln 0, but finite: differences of it with itself are numbers, and eˣ of it is 0.
    private const double Impossible = -1e30;

    private readonly GraphBuilder builder;
    private readonly ElementType real;
    private readonly Dim time;
    private readonly Dim batch;
    private readonly Dim classes;
    private readonly Dim labels;
    private readonly Dim places;

    public Ctc(Value logits, Indices targets)
    {
        builder = logits.Builder;
        (real, time, batch, classes) = (logits.Type.Element, logits.Type.Dims[0], logits.Type.Dims[1], logits.Type.Dims[2]);
        labels = targets.Tensor.Type.Dims[1];
        places = (2 * labels) + 1;
    }

    /// <summary>−ln p for each row, [B, 1].</summary>
    public Value Losses(Value logits, Indices targets, Indices inputLengths, Indices targetLengths, int blank)
    {
        Value label = builder.Add(new OneHotOp(classes, real), targets.Tensor);
        Value log = logits - Rnn.LogSumExp(logits);
        Value emission = builder.Add(new ContractOp("tbc,bsc->tbs"), log, Path(label, blank));
        Value end = End(builder.Add(AssertLeOp.Instance, targetLengths.Tensor, inputLengths.Tensor));
        Value last = Scan(emission, Skips(label, blank), inputLengths.Tensor);
        Value likelihood = Rnn.LogSumExp(Rnn.Select(end, last, Number(Impossible)));

        // No path of this length gives the labels, because repeats need a blank between them: p = 0.
        return -Rnn.Select(Rnn.Less(likelihood, Impossible / 2), Number(double.NegativeInfinity), likelihood);
    }

    /// <summary>The number of labels of each row, at least 1, [B, 1].</summary>
    public Value Count(Indices targetLengths) => Rnn.Max(Rnn.Sum(builder.Add(new SequenceMaskOp(labels, real), targetLengths.Tensor)), 1);

    // The classes along a path: blank, label, blank, label, …, blank as [B, 2L + 1, C].
    private Value Path(Value label, int blank)
    {
        Value pairs = Concat(2, Reshape(label, batch, labels, 1, classes), Blank(blank, batch, labels, 1, classes));
        return Concat(1, Blank(blank, batch, 1, classes), Reshape(pairs, batch, 2 * labels, classes));
    }

    private Value Blank(int blank, params Dim[] dims)
    {
        Value index = builder.Add(new ConstantOp(blank, new TensorType(ElementType.I32, 1)));
        return builder.Add(new BroadcastOp(dims), builder.Add(new OneHotOp(classes, real), index));
    }

    // 1 where a path may come from two places before: at a label that differs from the one before it, [B, 2L + 1].
    private Value Skips(Value label, int blank)
    {
        Value shifted = Slice(Concat(1, Blank(blank, batch, 1, classes), label), 1, 0, labels);
        Value differs = 1 - Rnn.Sum(label * shifted);
        Value zeros = Zeros(batch, labels, 1);
        return Concat(1, Zeros(batch, 1), Reshape(Concat(2, differs, zeros), batch, 2 * labels));
    }

    // A path of l labels ends at place 2l − 1 or 2l.
    private Value End(Value lengths)
    {
        Value hot = builder.Add(new OneHotOp(labels + 1, real), lengths);
        Value ends = Reshape(Slice(hot, 1, 1, labels), batch, labels, 1);
        return Concat(1, Slice(hot, 1, 0, 1), Reshape(Concat(2, ends, ends), batch, 2 * labels));
    }

    // α'(s) = ln(e^α(s) + e^α(s − 1) + e^α(s − 2), the last where it may skip) + ln y(s). Before the first step all is
    // at place −1, so to say: α = 0 at s = 0.
    private Value Scan(Value emission, Value skips, Value lengths)
    {
        var body = new GraphBuilder();
        TensorType row = new(real, batch, places);
        Value y = body.Input("emission", row, PortRole.Sequence), alpha = body.Input("alpha", row, PortRole.State);
        Value skip = body.Input("skip", row, PortRole.Constant),
            before = body.Input("before", new TensorType(real, batch, 2), PortRole.Constant);
        Value padded = body.Add(new ConcatOp(1), before, alpha);
        Value one = body.Add(new SliceOp(1, 1, places), padded), two = body.Add(new SliceOp(1, 0, places), padded);
        two = Rnn.Select(skip, two, body.Constant(Impossible, real));
        Value most = Rnn.Detach(Rnn.Max(Rnn.Max(alpha, one), two));
        Value next = most + Rnn.Log(Rnn.Exp(alpha - most) + Rnn.Exp(one - most) + Rnn.Exp(two - most)) + y;
        var scan = new ScanOp(body.Build("body", "ctc", [("alpha", next, OutputRole.Next)]), time, reverse: false, hasLengths: true);

        Value none = builder.Add(new ConstantOp(Impossible, new TensorType(real, batch, 2 * labels)));
        Value start = Concat(1, Zeros(batch, 1), none);
        return builder.Add(scan, emission, start, skips, builder.Add(new ConstantOp(Impossible, new TensorType(real, batch, 2))), lengths);
    }

    private Value Number(double value) => builder.Constant(value, real);

    private Value Zeros(params Dim[] dims) => builder.Add(new ConstantOp(0, new TensorType(real, dims)));

    private Value Concat(int axis, params Value[] parts) => builder.Add(new ConcatOp(axis), parts);

    private Value Slice(Value x, int axis, Dim start, Dim length) => builder.Add(new SliceOp(axis, start, length), x);

    private Value Reshape(Value x, params Dim[] dims) => builder.Add(new ReshapeOp(dims), x);
}
