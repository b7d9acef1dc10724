using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Plans;

/// <summary>A loop that is left to the interpreter says in one sentence what of its step keeps it from being planned.</summary>
public class LoopLegalityTests
{
    private const string Meet = "its rows read each other",
        Undivided = "'contract[abc,dc->adb]' has no command for some rows of a step alone", Extent = "a step reads the extent of B",
        Pairs = "a step pairs rows of B",
        Tables = "a table is read after it grew, or is made anew";

    [TestCase("%0 = mul h, x", null, null)]
    [TestCase("%0 = sum[0] h | %0 = add %0, x", null, Meet)]
    [TestCase("%0 = extent[B : f32] | %0 = mul %0, h", null, Extent)]
    [TestCase("%0 = extent[2B + 3 : f32] | %0 = mul %0, h", null, Extent)]
    [TestCase("%0 = extent[H : f32] | %0 = mul %0, h", null, null)]
    [TestCase("%0 = contract[ab,cb->ac] x, h | %0 = contract[ab,bc->ac] %0, h", null, Pairs)]
    public void Lengths_ask_more_of_a_step(string lines, string? without, string? with)
    {
        Assert.That(Reason(Loop(lines, lengths: false)), without is null ? Is.Null : Does.StartWith(without));
        Assert.That(Reason(Loop(lines, lengths: true)), with is null ? Is.Null : Does.StartWith(with));
    }

    [TestCase("%0 = scatteradd g, i, x", null)]
    [TestCase("%0 = scatteradd g, i, x | %0 = scatteradd %0, i, h", null)]
    [TestCase("%0 = add g, g", Tables)]
    [TestCase("%0 = mul g, 2 | %0 = scatteradd %0, i, x", Tables)]
    public void A_table_grows_in_its_place(string lines, string? wanted)
    {
        foreach (bool lengths in (bool[])[false, true])
            Assert.That(Reason(Table(lines, lengths)), wanted is null ? Is.Null : Does.StartWith(wanted));
    }

    // Rows beside those of the batch are a loop of the product, or keep its rows from being ended one by one: then
    // nobody says that rows read each other.
    [TestCase("contract[abc,cd->abd]", "S, D", null)]
    [TestCase("contract[abc,dc->abd]", "S, D", null)]
    [TestCase("contract[abc,dc->adb]", "D, S", Undivided)]
    public void Products_of_further_rows(string product, string result, string? wanted)
    {
        string weight = product.Contains(",cd") ? "f32[H, D]" : "f32[D, H]";
        var scan = (ScanOp)Parser.Parse($$"""
            program p
              input x: f32[T, B, S, H]
              input W: {{weight}}
              input h: f32[B, {{result}}]
              input lengths: i32[B]
              %0, %1 = scan[T, lengths] x, h, W, lengths {
                sequence x: f32[B, S, H]
                state h: f32[B, {{result}}]
                constant W: {{weight}}
                %0 = {{product}} x, W
                %1 = add %0, h
                next h = %1
                yield y = %1
              }
              return y = %1
            """).Nodes[0].Op;
        Assert.That(Reason(scan), wanted is null ? Is.Null : Does.StartWith(wanted));
        Assert.That(LoopLegality.Of(scan, depth: 0, TargetTraits.UsualLoopDepth).Rows.Holds, Is.EqualTo(wanted is null));
    }

    // Loops in loops, and what they stand in.
    [TestCase(0, null)]
    [TestCase(1, null)]
    [TestCase(2, "loops stand 3 deep and are planned 2 deep")]
    public void A_loop_may_stand_in_one_other(int depth, string? wanted) =>
        Assert.That(LoopLegality.Of(Loop("%0 = mul h, x", lengths: false), depth, TargetTraits.UsualLoopDepth).Interpreted,
            wanted is null ? Is.Null : Does.StartWith(wanted));

    // Rows of the batch meet in a table, so lengths end them and workers share each command.
    [Test]
    public void Rows_that_are_added_to_a_table_can_end_and_are_not_apart()
    {
        RowIndependence rows = RowIndependence.Of(Table("%0 = scatteradd g, i, x", lengths: true));
        Assert.That(rows.TakesRows, Is.True);
        Assert.That(rows.Holds, Is.False);
    }

    private static string? Reason(ScanOp scan) => LoopLegality.Of(scan, depth: 0, TargetTraits.UsualLoopDepth).Interpreted;

    private static ScanOp Loop(string lines, bool lengths) => Scan($$"""
        %s, %y = scan[T{{(lengths ? ", lengths" : "")}}] x, h{{(lengths ? ", lengths" : "")}} {
            sequence x: f32[B, H]
            state h: f32[B, H]
            {{Numbered(lines, out string last)}}
            next h = {{last}}
            yield y = {{last}}
          }
          return y = %y
        """);

    private static ScanOp Table(string lines, bool lengths) => Scan($$"""
        %s, %t = scan[T{{(lengths ? ", lengths" : "")}}] x, i, h, g{{(lengths ? ", lengths" : "")}} {
            sequence x: f32[B, H]
            sequence i: i32[B]
            state h: f32[B, H]
            table g: f32[N, H]
            {{Numbered(lines, out string last)}}
            next h = h
            next g = {{last}}
          }
          return t = %t
        """);

    // Each line defines %0, and reads what the one before it gave under that name.
    private static string Numbered(string lines, out string last)
    {
        string[] all = lines.Split(" | ");
        for (int n = 1; n < all.Length; n++)
            all[n] = $"%{n} =" + all[n].Split('=')[1].Replace("%0", $"%{n - 1}");
        last = $"%{all.Length - 1}";
        return string.Join("\n    ", all);
    }

    private static ScanOp Scan(string text) => (ScanOp)Parser.Parse($$"""
        program p
          input x: f32[T, B, H]
          input i: i32[T, B]
          input h: f32[B, H]
          input g: f32[N, H]
          input lengths: i32[B]
          {{text.Replace("%s", "%0").Replace("%y", "%1").Replace("%t", "%1")}}
        """).Nodes[0].Op;
}
