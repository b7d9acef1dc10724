using RnnJit.Cells;
using RnnJit.Text;

namespace RnnJit.Tests.Cells;

/// <summary>The equations that a cell shows to a reader.</summary>
public class CellSourceTests
{
    [Test]
    public void A_cell_read_at_build_time_shows_its_class()
    {
        CellDefinition cell = CellRegistry.Find(typeof(Elman));
        Assert.That(cell.Source, Is.EqualTo(cell.Written));
        Assert.That(cell.Source, Does.StartWith("[RnnCell]\npublic static partial class Elman\n{\n    public static Value Step("));
        Assert.That(cell.Source, Does.Contain("Tanh(W * x + U * h + b)"));
    }

    [Test]
    public void A_cell_of_which_only_the_graph_is_known_shows_its_graph()
    {
        CellDefinition traced = CellTracer.Trace(typeof(Elman));
        Assert.That(traced.Written, Is.Null);
        Assert.That(traced.Source, Is.EqualTo(Printer.PrintNamed(traced.Step)));
    }

    [Test]
    public void A_transformed_cell_does_not_show_the_class_it_was()
    {
        CellDefinition changed = CellRegistry.Find(typeof(Elman)).WithZoneout(0.1);
        Assert.That(changed.Written, Is.Null);
        Assert.That(changed.Source, Does.Contain("h_zone"));
    }

    [Test]
    public void Cells_are_equal_whose_graphs_are() =>
        Assert.That(CellTracer.Trace(typeof(Elman)), Is.EqualTo(CellRegistry.Find(typeof(Elman))));
}
