using System.Globalization;
using RnnJit.Ir;
using RnnJit.Randomness;

namespace RnnJit.Ops;

/// <summary>
/// A mask, or noise, drawn by Philox 4×32-10. Operand: i32[6], the words of the seed, the words of the update's number (low word first),
/// the first row of the batch, and the rows of the whole batch. Every element is a function of these, the site, its row (t · B + b) and its
/// unit, so any backend and any part of a batch draw the same bits. Printed as <c>random_mask[site, initialiser : type]</c>; the
/// initialiser is that of a <see cref="MaskPort"/>.
/// </summary>
public sealed class RandomMaskOp(TensorType type, int site, string init) : Op
{
    /// <summary>Elements of the operand.</summary>
    public const int Words = 6;

    private const string Batch = "B";

    public TensorType Type { get; } = type;

    /// <summary>Number of the mask among those of its Program.</summary>
    public int Site { get; } = site;

    public string Init { get; } = init;

    public MaskLaw Law { get; } = MaskPort.Law(new Port("random_mask", type, PortRole.Input, init));

    /// <summary>The axis of the batch; −1 where all rows of a batch share the mask.</summary>
    public int BatchAxis => Type.Dims.ToList().IndexOf(Dim.Symbol(Batch));

    public override string Name => "random_mask";

    public override OpFamily Family => OpFamily.Gather;

    public override string Attributes => $"{Site.ToString(CultureInfo.InvariantCulture)}, {Init} : {Type}";

    /// <exception cref="GraphException">RNNJ105: the attributes are no site, initialiser and type.</exception>
    public static RandomMaskOp Parse(string attributes)
    {
        int comma = attributes.IndexOf(','), colon = attributes.IndexOf(':');
        if (comma < 0 || colon < comma
            || !int.TryParse(attributes.Substring(0, comma), NumberStyles.None, CultureInfo.InvariantCulture, out int site))
            throw Wrong(attributes);
        TensorType type = TensorType.Parse(attributes.Substring(colon + 1).Trim());
        string init = attributes.Substring(comma + 1, colon - comma - 1).Trim();
        return type.IsReal && MaskPort.Is(new Port("random_mask", type, PortRole.Input, init)) ? new RandomMaskOp(type, site,
            init) : throw Wrong(attributes);
    }

    public override Op Map(TypeMap map) => map.Map(Type) is var mapped && mapped == Type ? this : new RandomMaskOp(mapped, Site, Init);

    public override TensorType[] Infer(TensorType[] operands, DimContext dims) =>
        operands.Length == 1 && operands[0] == new TensorType(ElementType.I32, Words)
        ? [Type]
        : throw new GraphException("RNNJ125", $"'{Name}' does not fit {TensorType.List(operands, " and ")} (it reads one i32[{Words}])");

    public override NdArray[] Evaluate(NdArray[] operands, Evaluation evaluation)
    {
        var result = new NdArray(evaluation.Shape(Type));
        int[] words = [.. operands[0].Data.Select(word => (int)word)];
        var counter = new MaskCounter(MaskCounter.Join(words[0], words[1]), MaskCounter.Join(words[2], words[3]), words[4], words[5], Site,
            result.Shape, BatchAxis);
        bool single = Type.Element == ElementType.F32;
        for (int i = 0; i < result.Length; i++)
        {
            ulong unit = counter.FirstUnit + (ulong)(i % counter.Units);
            var (r0, r1, r2, r3) = Philox.Block(counter.Key, unit >> 2, counter.Row(i / counter.Units));
            double number = Law.Of((unit & 3) switch { 0 => r0, 1 => r1, 2 => r2, _ => r3 });
            result.Data[i] = single ? (float)number : number;
        }

        return [result];
    }

    public override Value?[] Gradient(Value[] operands, Value[] results, Value?[] cotangents) => [null];

    private static GraphException Wrong(string attributes) =>
        new("RNNJ105", $"'random_mask[{attributes}]' is no site, initialiser and type (write random_mask[0, dropout 0.2 : f32[T, B, H]])");
}
