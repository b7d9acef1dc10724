using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Networks;

/// <summary>Losses and attention, compiled, at sizes that no vector divides.</summary>
public class CompiledLossTests
{
    private static readonly Dictionary<string,
        int> Sizes = new() { ["T"] = 7, ["B"] = 9, ["C"] = 11, ["L"] = 3, ["S"] = 5, ["Q"] = 6, ["A"] = 17, ["V"] = 10 };

    private static readonly Dictionary<string, Func<GraphBuilder, Value>> Losses = new()
    {
        ["cross-entropy"] = b => Loss.CrossEntropy(Real(b, "x", "T", "B", "C"), Integers(b, "labels", "T", "B"), new CrossEntropyOptions
        {
            LabelSmoothing = 0.1, IgnoreIndex = 2, ClassWeights = Real(b, "p", "C"),
        }),
        ["binary"] = b => Loss.BinaryCrossEntropy(Real(b, "x", "T", "B", "C"), Real(b, "p", "T", "B", "C"), Real(b, "w", "C")),
        ["huber"] = b => Loss.Huber(Real(b, "x", "T", "B", "C"), Real(b, "y", "T", "B", "C"), 0.3, Reduction.Sum),
        ["pinball"] = b => Loss.Pinball(Real(b, "x", "T", "B", "C"), Real(b, "y", "T", "B", "C"), 0.8, Reduction.Sum),
        ["ctc"] = b => Loss.Ctc(Real(b, "x", "T", "B", "C"), Integers(b, "targets", "B", "L"), Integers(b, "inputLengths", "B"),
            Integers(b, "targetLengths", "B")),
        ["marks of one place and of many"] = b => Rnn.Total(
            (b.Add(new RnnJit.Ops.SequenceMaskOp(1, ElementType.F32), Integers(b, "bits", "B").Tensor) * Real(b, "x", "B", 1))
                + (b.Add(new RnnJit.Ops.OneHotOp("C", ElementType.F32), Integers(b, "labels", "B").Tensor) * Real(b, "y", "B", "C"))),
        ["dot"] = b => Attended(b, "Q", (q, k) => Attention.ScaledDot(q, k)),
        ["general"] = b => Attended(b, "C", (q, k) => Attention.General(q, k, new Matrix(Real(b, "W", "Q", "C")))),
        ["additive"] = b => Attended(b, "C", (q, k) => Attention.Additive(
            q, k, new Matrix(Real(b, "Wq", "A", "Q")), new Matrix(Real(b, "Wk", "A", "C")), new Vector(Real(b, "b", "A")),
            new Vector(Real(b, "v", "A")))),
        ["concat"] = b => Attended(b, "C",
            (q, k) => Attention.Concat(q, k, new Matrix(Real(b, "W", "A", Dim.Parse("Q + C"))), new Vector(Real(b, "v", "A")))),
    };

    [TestCaseSource(nameof(Names))]
    public void Compiled_agrees_with_the_oracle_without_interpretation(string name)
    {
        Graph program = Program(name);
        ProgramContract.Check(program, Sizes, Draw(program));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_class_outside_the_range_is_named(int threads)
    {
        Graph program = Program("cross-entropy");
        Dictionary<string, NdArray> data = Draw(program);
        data["labels"].Data[40] = 11;
        Refuses(program, data, threads, "'labels' holds index 11, wanted 0 to 10");
        data["labels"].Data[40] = 2;
        Assert.That(() => CellProgram.Run(program, data, Sizes, threads), Throws.Nothing);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_target_longer_than_its_input_is_named(int threads)
    {
        Graph program = Program("ctc");
        Dictionary<string, NdArray> data = Draw(program);
        (data["targetLengths"].Data[4], data["inputLengths"].Data[4]) = (3, 2);
        Refuses(program, data, threads,
            "'targetLengths' holds 3 in row 4, wanted at most 2, which 'inputLengths' holds (shorten the one or lengthen the other)");
    }

    [Test]
    public void An_input_longer_than_its_logits_is_named()
    {
        Graph program = Program("ctc");
        Dictionary<string, NdArray> data = Draw(program);
        data["inputLengths"].Data[4] = Sizes["T"] + 1;
        Assert.That(() => CellProgram.Run(program, data, Sizes), Throws.ArgumentException.With.Message.StartsWith(
            $"'inputLengths' holds {Sizes["T"] + 1} for row 4, wanted 0 to {Sizes["T"]}, the number of steps"));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_length_beyond_the_memory_is_named(int threads)
    {
        Graph program = Program("dot");
        Dictionary<string, NdArray> data = Draw(program);
        data["lengths"].Data[8] = 6;
        Refuses(program, data, threads, "'lengths' holds index 6, wanted 0 to 5");
    }

    private static IEnumerable<string> Names => Losses.Keys;

    private static void Refuses(Graph program, Dictionary<string, NdArray> data, int threads, string sentence) =>
        Assert.That(() => CellProgram.Run(program, data, Sizes, threads),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(sentence));

    private static Graph Program(string name)
    {
        var builder = new GraphBuilder();
        return builder.Build("program", name, [("loss", Losses[name](builder), OutputRole.Result)]);
    }

    private static Value Attended(GraphBuilder builder, Dim keys, Func<Value, Value, Value> scores)
    {
        Value query = Real(builder, "q", "B", "T", "Q"), memory = Attention.Memory(Real(builder, "keys", "S", "B", keys));
        Value a = Attention.Weights(scores(query, memory), Attention.Mask(Integers(builder, "lengths", "B"), "S"));
        Value context = Attention.Read(a, Real(builder, "values", "B", "S", "V"));
        return Rnn.Total(context * context) + Rnn.Total(a * Real(builder, "da", "B", "T", "S"));
    }

    private static Value Real(GraphBuilder builder, string name, params Dim[] dims) =>
        builder.Input(name, new TensorType(ElementType.F32, dims));

    private static Indices Integers(GraphBuilder builder, string name, params Dim[] dims) =>
        new(builder.Input(name, new TensorType(ElementType.I32, dims)));

    // Numbers that float32 holds exactly.
    private static Dictionary<string, NdArray> Draw(Graph program)
    {
        var random = new Random(11);
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            var array = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(Sizes)).ToArray());
            for (int i = 0; i < array.Length; i++)
            {
                array.Data[i] = port.Name switch
                {
                    "lengths" => i % 6,
                    "inputLengths" => 7 - (i % 2),
                    "targetLengths" => i % 4,
                    "bits" => i % 2,
                    _ => port.Type.IsReal
                        ? (float)(port.Name == "p" ? random.NextDouble() : (random.NextDouble() * 2) - 1)
                        : random.Next(1, 11),
                };
            }

            return array;
        });
    }
}
