using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Tests.Verification;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Tests.Cells.Transforms;

/// <summary>The contract of every transformation, for every built-in cell.</summary>
public class TransformContractTests
{
    private static readonly Type[] Usual = [typeof(Lstm), typeof(GruResetAfter), typeof(LstmProjected)];

    private static IEnumerable<Type> All => CellContractTests.All;

    private static IEnumerable<string> Names => TransformSamples.All.Keys;

    [Test, Combinatorial]
    public void Each_keeps_derivatives([ValueSource(nameof(Usual))] Type type, [ValueSource(nameof(Names))] string name)
    {
        CellDefinition? cell = TransformSamples.Apply(CellTracer.Trace(type), name);
        Assert.That(cell, Is.Not.Null);
        Keeps(cell!, type);
    }

    [TestCaseSource(nameof(All))]
    public void All_that_have_a_place_keep_derivatives(Type type)
    {
        // Layer normalisation of two units with a small epsilon is a step, whose derivative no difference quotient meets.
        bool isNormalised = type.GetMethod("Step")!.GetParameters().Any(parameter => parameter.Name == "epsilon");
        CellDefinition cell =
            isNormalised ? CellTracer.Trace(type, new Dictionary<string, double> { ["epsilon"] = 0.1 }) : CellTracer.Trace(type);
        foreach (string name in Names.Where(name => !name.StartsWith("layer norm", StringComparison.Ordinal)))
            cell = TransformSamples.Apply(cell, name) ?? cell;
        Keeps(cell, type);
    }

    // Statistics of the rows of a step: without lengths.
    [TestCaseSource(nameof(Usual))]
    public void Batch_normalisation_keeps_derivatives(Type type)
    {
        CellDefinition cell = CellTracer.Trace(type).WithBatchNorm(epsilon: 0.1);
        Verifier.Check(cell.Step);
        Assert.That(Parser.Parse(cell.Step.ToString()), Is.EqualTo(cell.Step));
        Derivatives.Check(CellContractTests.Applied(cell, reverse: false, lengths: false), second: false);
    }

    private static void Keeps(CellDefinition cell, Type type)
    {
        Verifier.Check(cell.Step);
        Assert.That(Parser.Parse(cell.Step.ToString()), Is.EqualTo(cell.Step));
        Assert.That(cell.States.Select(port => port.Name), Is.EqualTo(CellTracer.Trace(type).States.Select(port => port.Name)));
        Derivatives.Check(CellContractTests.Applied(cell, reverse: true, lengths: true), second: false);
    }

    [Test]
    public void A_rate_of_0_gives_the_cell_itself()
    {
        CellDefinition cell = CellTracer.Trace(typeof(Lstm));
        Assert.That(cell.WithZoneout(0).WithVariationalDropout(0, 0).WithRecurrentDropout(0).WithDropConnect(0), Is.SameAs(cell));
    }

    [Test]
    public void What_has_no_place_is_refused()
    {
        CellDefinition cell = CellTracer.Trace(typeof(Elman));
        Assert.That(() => cell.WithRecurrentDropout(0.1), Throws.TypeOf<GraphException>().With.Message.EqualTo(
            "No state of cell 'Elman' is the old one plus an update, so recurrent dropout has nothing to drop (use variational dropout or "
                + "zoneout)"));
        Assert.That(() => cell.WithZoneout(0.1, "c"),
            Throws.TypeOf<GraphException>().With.Message.EqualTo("Cell 'Elman' has no state 'c' for zoneout (its states are h)"));
        Assert.That(() => cell.WithZoneout(1), Throws.TypeOf<GraphException>().With.Message
            .EqualTo("The dropout rate of 'Elman' is 1, wanted at least 0 and below 1 (0.2 is usual)"));
        Assert.That(() => cell.WithDropConnect(double.NaN), Throws.TypeOf<GraphException>().With.Message.Contains("is NaN"));
    }
}
