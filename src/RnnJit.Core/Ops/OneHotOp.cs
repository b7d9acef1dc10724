using System.Globalization;
using RnnJit.Ir;

namespace RnnJit.Ops;

/// <summary>1 at the index, 0 elsewhere, along a new last axis: i32[T, B] ⇒ f32[T, B, classes]; printed as <c>onehot[classes : f32]</c>,
/// or <c>onehot[classes : f32, ignore -100]</c> where one index marks nothing.</summary>
public sealed class OneHotOp(Dim classes, ElementType element, int? ignored = null) : MarkOp(classes, element)
{
    private const string Ignore = ", ignore ", Classes = "check the classes";

    public override string Name => "onehot";

    public override int? Ignored => ignored;

    public override string Attributes =>
        base.Attributes + (ignored is { } index ? Ignore + index.ToString(CultureInfo.InvariantCulture) : "");

    public override (string Function, string Sign) Comparison => ("Equal", "==");

    public static OneHotOp Parse(string attributes)
    {
        int at = attributes.IndexOf(Ignore, StringComparison.Ordinal);
        var (classes, element) = Read("onehot", at < 0 ? attributes : attributes.Substring(0, at));
        if (at < 0)
            return new OneHotOp(classes, element);

        return int.TryParse(attributes.Substring(at + Ignore.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out int index)
            ? new OneHotOp(classes, element, index)
            : throw new GraphException("RNNJ122", $"'onehot[{attributes}]' ignores no whole number (write onehot[V : f32, ignore -100])");
    }

    public override string Cure => Classes;

    /// <summary>The cure for one index: a negative class mostly stands for padding.</summary>
    public static string CureOf(string cure, int index) => index < 0 && cure == Classes
        ? Classes + "; Loss.CrossEntropy leaves the class of padding out with IgnoreIndex"
        : cure;

    public override int Largest(int places) => places - 1;

    public override bool Marks(int index, int place) => place == index;

    public override MarkOp Over(Dim places, ElementType element) => new OneHotOp(places, element, ignored);
}
