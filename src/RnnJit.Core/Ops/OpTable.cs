using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>All ops by their name in the text form. A new op is one line here and one file.</summary>
public static class OpTable
{
    private static readonly Dictionary<string, Func<string, Op>> Readers = new(StringComparer.Ordinal)
    {
        ["constant"] = ConstantOp.Parse,
        ["extent"] = ExtentOp.Parse,
        ["neg"] = Plain(NegOp.Instance),
        ["exp"] = Plain(ExpOp.Instance),
        ["log"] = Plain(LogOp.Instance),
        ["sqrt"] = Plain(SqrtOp.Instance),
        ["tanh"] = Plain(TanhOp.Instance),
        ["sigmoid"] = Plain(SigmoidOp.Instance),
        ["relu"] = Plain(ReluOp.Instance),
        ["abs"] = Plain(AbsOp.Instance),
        ["floor"] = Plain(FloorOp.Instance),
        ["detach"] = Plain(DetachOp.Instance),
        ["add"] = Plain(AddOp.Instance),
        ["sub"] = Plain(SubOp.Instance),
        ["mul"] = Plain(MulOp.Instance),
        ["div"] = Plain(DivOp.Instance),
        ["max"] = Plain(MaxOp.Instance),
        ["min"] = Plain(MinOp.Instance),
        ["less"] = Plain(LessOp.Instance),
        ["lessequal"] = Plain(LessEqualOp.Instance),
        ["equal"] = Plain(EqualOp.Instance),
        ["select"] = Plain(SelectOp.Instance),
        ["contract"] = ContractOp.Parse,
        ["sum"] = SumOp.Parse,
        ["maximum"] = MaxReduceOp.Parse,
        ["reshape"] = ReshapeOp.Parse,
        ["broadcast"] = BroadcastOp.Parse,
        ["transpose"] = TransposeOp.Parse,
        ["slice"] = SliceOp.Parse,
        ["concat"] = ConcatOp.Parse,
        ["gather"] = Plain(GatherOp.Instance),
        ["scatter"] = ScatterOp.Parse,
        ["scatteradd"] = Plain(ScatterAddOp.Instance),
        ["accumulate"] = Plain(AccumulateOp.Instance),
        ["onehot"] = OneHotOp.Parse,
        ["sequence_mask"] = SequenceMaskOp.Parse,
        ["assert_le"] = Plain(AssertLeOp.Instance),
        ["blocklengths"] = BlockLengthsOp.Parse,
        ["argmax"] = Plain(ArgMaxOp.Instance),
        ["argsort"] = ArgsortOp.Parse,
        ["inverse_permutation"] = Plain(InversePermutationOp.Instance),
        ["take"] = TakeOp.Parse,
        ["random_mask"] = RandomMaskOp.Parse,
        ["gradient_norm"] = GradientNormOp.Parse,
    };

    // Names of earlier versions, in texts and checkpoints that were written then. They are read for good and never written.
    private static readonly Dictionary<string, Func<string, Op>> Renamed = new(StringComparer.Ordinal)
    {
        ["order"] = attributes => ArgsortOp.Parse(attributes.Length == 0 ? ArgsortOp.Descending : attributes),
        ["places"] = Plain(InversePermutationOp.Instance),
        ["pick"] = TakeOp.Parse,
        ["prefix"] = SequenceMaskOp.Parse,
        ["atmost"] = Plain(AssertLeOp.Instance),
        ["onto"] = Plain(AccumulateOp.Instance),
    };

    /// <summary>The names of earlier versions that are still read.</summary>
    public static IEnumerable<string> OldNames => Renamed.Keys;

    /// <summary>A canonical text with the op names of earlier versions, whose digests are kept in files.</summary>
    public static string WithOldNames(string text) => text
        .Replace($" = argsort[{ArgsortOp.Descending}] ", " = order ")
        .Replace(" = inverse_permutation ", " = places ")
        .Replace(" = take[", " = pick[")
        .Replace(" = sequence_mask[", " = prefix[")
        .Replace(" = assert_le ", " = atmost ")
        .Replace(" = accumulate ", " = onto ");

    /// <summary>The names of all ops; <c>scan</c> and <c>foreach</c> have a body and a syntax of their own.</summary>
    public static IEnumerable<string> Names => [.. Readers.Keys, "scan", "foreach"];

    /// <exception cref="GraphException">RNNJ105: no op has this name.</exception>
    public static Op Read(string name, string attributes) =>
        Readers.TryGetValue(name, out var reader) || Renamed.TryGetValue(name, out reader)
        ? reader(attributes)
        : throw new GraphException("RNNJ105", $"'{name}' is no op ({NearName.Suggest(name, Names)}known: {string.Join(", ", Names)})");

    private static Func<string, Op> Plain(Op op) => attributes => attributes.Length == 0
        ? op
        : throw new GraphException("RNNJ105", $"'{op.Name}' takes no attributes, found '[{attributes}]' (leave the brackets away)");
}
