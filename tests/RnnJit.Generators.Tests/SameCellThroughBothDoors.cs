using System.Reflection;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Generators.Tests;

public class SameCellThroughBothDoors
{
    private static IEnumerable<Type> Cells => new[] { typeof(Lstm).Assembly, typeof(SameCellThroughBothDoors).Assembly }
        .SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsDefined(typeof(RnnCellAttribute)));

    private static IEnumerable<Type> ReadCells => Cells.Where(type => type != typeof(Cells.Traced));

    [TestCaseSource(nameof(ReadCells))]
    public void Read_at_build_time_or_run_the_text_is_the_same(Type cell) =>
        Assert.That(GeneratedText(cell), Is.EqualTo(CellTracer.Trace(cell).ToString()));

    [TestCaseSource(nameof(ReadCells))]
    public void The_registry_gives_the_generated_cell_with_local_names(Type cell)
    {
        CellDefinition found = CellRegistry.Find(cell);
        Assert.That(found.Step, Is.EqualTo(Parser.Parse(GeneratedText(cell))));
        Assert.That(CellRegistry.Find(cell), Is.SameAs(found));
        Assert.That(CellRegistry.Find(cell.Name), Is.SameAs(found));
        Assert.That(CellRegistry.Find(cell.FullName!.Replace('+', '.').ToUpperInvariant()), Is.SameAs(found));
    }

    [Test]
    public void Local_names_stand_in_the_readable_text()
    {
        string text = Printer.PrintNamed(CellRegistry.Find("Mine").Step);
        Assert.That(text, Does.Contain("i: f32[B, H] = sigmoid z0").And.Contain("f: f32[B, H] = sigmoid z1").And.Contain("next m = next"));
    }

    [Test]
    public void A_cell_that_only_the_runtime_reads_is_registered_and_traced()
    {
        Assert.That(typeof(Cells.Traced).GetProperty("CanonicalText"), Is.Null);
        Assert.That(CellRegistry.Find("traced").Step, Is.EqualTo(CellTracer.Trace(typeof(Cells.Traced)).Step));
        Assert.That(CellRegistry.Names, Does.Contain("Traced").And.Contain("Lstm"));
    }

    [Test]
    public void Other_numbers_give_another_cell()
    {
        CellDefinition slow = CellRegistry.Find(typeof(Cells.Mine), new Dictionary<string, double> { ["rate"] = 0.125 });
        Assert.That(slow.ToString(), Does.Contain("0.125").And.Not.Contain("0.5"));
        Assert.That(
            () => CellRegistry.Find(typeof(Cells.Mine), new Dictionary<string, double> { ["speed"] = 1 }),
            Throws.TypeOf<GraphException>().With.Message.EqualTo("Cell 'Mine' has no number 'speed' (its numbers are rate)").And
                .Property("Id").EqualTo("RNNJ016"));
    }

    [Test]
    public void An_unknown_name_lists_the_known_ones() =>
        Assert.That(() => CellRegistry.Find("Lsmt"), Throws.TypeOf<GraphException>().With.Message
            .StartsWith("No cell is called 'Lsmt' (did you mean 'Lstm'? known: ").And.Message.Contains("Lstm, "));

    private static string GeneratedText(Type cell) =>
        (string)cell.GetProperty("CanonicalText", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
}
