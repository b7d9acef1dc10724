using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Planning;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Planning;

/// <summary>Which rows behind their ends are 0, and which nobody reads.</summary>
public class PaddingAnalysisTests
{
    // A loop with lengths reads z and gives y; what makes z, and what is made of y, is the test's.
    private static Graph Program(string before, string after) => Parser.Parse($$"""
        program P
          input x: f32[T, B, H]
          input w: f32[T, B, 1]
          input g: f32[H]
          input h: f32[B, H]
          input lengths: i32[B]
          input others: i32[B]
          input codes: i32[T, B]
          input k: f32[B, H, H]
          parameter W: f32[H, H]
          {{before}}
          last, y = scan[T, lengths] z, h, lengths {
            sequence z: f32[B, H]
            state h: f32[B, H]
            %0 = add z, h
            next h = %0
            yield y = %0
          }
          {{after}}

        """);

    private static (PaddingAnalysis Ends, Graph Graph, OpSchedule Steps) Of(string before, string after)
    {
        Graph graph = Program(before, after);
        OpSchedule steps = Fuse.Run(graph);
        return (new PaddingAnalysis(steps), graph, steps);
    }

    private static int Value(Graph graph, string name) => graph.LocalNames.Single(pair => pair.Value == name).Key;

    private static string Kernel(string before, string after, string output)
    {
        var (ends, graph, steps) = Of(before, after);
        ScheduledKernel kernel = steps.Ops.OfType<ScheduledKernel>().Single(step => step.Outputs.Contains(Value(graph, output)));
        return ends.Of(kernel) is { } end
            ? $"{graph.Inputs[end.Lengths].Name}: {string.Join(" ", end.Zeros.Select(zero => graph.LocalNames[kernel.Outputs[zero]]))}"
            : "all";
    }

    [TestCase("z = mul x, g", "return y = y")]
    [TestCase("z = contract[abc,dc->abd] x, W", "return y = y")]
    [TestCase("u = mul x, g\n  z = contract[abc,dc->abd] u, W", "return y = y")]
    public void What_only_a_loop_reads_is_unread_behind_the_ends(string before, string after)
    {
        var (ends, graph, _) = Of(before, after);
        Assert.That(graph.LocalNames.Where(pair => pair.Value is "z" or "u")
            .Select(pair => ends.IsUnread(pair.Key, graph.InputIndex("lengths"))), Is.All.True);
        Assert.That(
            graph.LocalNames.Where(pair => pair.Value is "z" or "u").Select(pair => ends.IsUnread(pair.Key, graph.InputIndex("others"))),
            Is.All.False, "a loop with other lengths may read on");
    }

    [TestCase("z = mul x, g", "return z = z", TestName = "given out")]
    [TestCase("z = mul x, g", "s = sum[0, 1] z\n  return s = s", TestName = "added up")]
    [TestCase("z = mul x, g", "t = contract[abc,dc->abd] z, W\n  return t = t", TestName = "read by a product that is given out")]
    [TestCase("z = mul x, g",
        "last2, y2 = scan[T, lengths] z, h, others {\n    sequence z: f32[B, H]\n    state h: f32[B, H]\n    %0 = add z, h\n    next h = "
            + "%0\n    yield y = %0\n  }\n  return y2 = y2",
        TestName = "read by a loop with other lengths")]
    [TestCase("z = mul x, g",
        "last2, y2 = scan[T] z, h {\n    sequence z: f32[B, H]\n    state h: f32[B, H]\n    %0 = add z, h\n    next h = %0\n    yield y = "
            + "%0\n  }\n  return y2 = y2",
        TestName = "read by a loop without lengths")]
    [TestCase("z = mul x, g", "p = slice[1, 0, 1] z\n  return p = p", TestName = "a row of it is given out")]
    public void What_somebody_else_reads_is_computed_in_all_rows(string before, string after)
    {
        var (ends, graph, _) = Of(before, after + "\n  return y = y");
        Assert.That(ends.IsUnread(Value(graph, "z"), graph.InputIndex("lengths")), Is.False);
        Assert.That(Kernel(before, after + "\n  return y = y", "z"), Is.EqualTo("all"));
    }

    [TestCase("t = tanh y", "lengths: t")]
    [TestCase("t = mul y, x", "lengths: t")]
    [TestCase("t = mul x, y", "lengths: t")]
    [TestCase("t = div y, x", "lengths: t")]
    [TestCase("t = select w, y, 0", "lengths: t")]
    [TestCase("s = sum[2] y\n  t = mul s, w", "lengths: t")]
    [TestCase("t = add y, y", "lengths: t")]
    [TestCase("t = add y, x", "all")]
    [TestCase("t = add y, 1", "all")]
    [TestCase("t = exp y", "all")]
    [TestCase("t = div x, y", "all")]
    [TestCase("t = div y, y", "all")]
    [TestCase("t = select w, y, x", "all")]
    [TestCase("t = select y, x, 0", "lengths: t")]
    [TestCase("t = select y, x, x", "all")]
    [TestCase("t = mul y, h", "lengths: t")]
    public void What_is_made_of_0_is_0_where_the_op_says_so(string after, string wanted) =>
        Assert.That(Kernel("z = mul x, g", after + "\n  return t = t", "t"), Is.EqualTo(wanted));

    [Test]
    public void One_output_that_is_wanted_everywhere_keeps_all_rows_of_a_kernel() =>
        Assert.That(Kernel("z = mul x, g", "u = tanh z\n  return u = u\n  return y = y", "u"), Is.EqualTo("all"));

    [Test]
    public void A_mask_of_the_lengths_is_0_behind_them()
    {
        const string Mask = "p = sequence_mask[T : f32] lengths\n  q = transpose[1, 0] p\n  m = reshape[T, B, 1] q\n  ";
        Assert.That(Kernel("z = mul x, g", Mask + "t = mul m, x\n  return t = t", "t"), Is.EqualTo("lengths: t"));
        Assert.That(
            Kernel("z = mul x, g", Mask.Replace("lengths", "others", StringComparison.Ordinal) + "t = mul m, y\n  return t = t", "t"),
            Is.EqualTo("all"), "which of two lengths");
    }

    [Test]
    public void The_other_factor_of_a_weight_gradient_must_hold_numbers()
    {
        const string After = "d = contract[abc,abd->cd] y, z\n  return d = d";
        var (ends, graph, _) = Of("z = mul x, g", After);
        Assert.That(ends.IsUnread(Value(graph, "z"), graph.InputIndex("lengths")), Is.False);
        Assert.That(Kernel("z = mul x, g", After, "z"), Is.EqualTo("lengths: z"));
        Assert.That(ends.Of(graph.Values.Node(Value(graph, "d")))!.Value.Kind, Is.EqualTo(PaddingResult.AddsNothing));
    }

    [TestCase("abc,dc->abd", RowUse.OfOne, 0)]
    [TestCase("dc,abc->abd", RowUse.OfOne, 1)]
    [TestCase("abc,bdc->abd", RowUse.OfOne, 0, TestName = "a memory of each row")]
    [TestCase("abc,abd->abcd", RowUse.OfBoth, 0, TestName = "an outer product of a row")]
    [TestCase("abc,abd->cd", RowUse.AddsRows, 0)]
    [TestCase("abc,abd->bcd", RowUse.AddsSteps, 0, TestName = "a gradient of a memory")]
    [TestCase("abc,abd->cbd", RowUse.None, 0)]
    [TestCase("abc,adc->abd", RowUse.None, 0)]
    [TestCase("ab,cb->ac", RowUse.None, 0)]
    public void A_product_says_by_its_labels_where_rows_go(string labels, RowUse use, int operand) =>
        Assert.That(RowProduct.Of(new ContractOp(labels)), Is.EqualTo(new RowProduct(use, operand)));

    [TestCase("m = contract[abc,abd->abcd] x, x\n  z = contract[abcd,cd->abd] m, W", "return y = y", "m", PaddingResult.Unread,
        TestName = "an outer product that only a product reads of which a loop reads")]
    [TestCase("z = mul x, g", "q = transpose[1, 0, 2] y\n  m = contract[abc,acd->abd] q, k\n  return m = m", "m", PaddingResult.Zero,
        TestName = "a query with a memory, the batch first")]
    [TestCase("q = transpose[1, 0, 2] x\n  m = contract[abc,acd->abd] q, k\n  z = transpose[1, 0, 2] m", "return y = y", "m",
        PaddingResult.Unread, TestName = "a query with a memory that a loop reads, the batch first")]
    [TestCase("z = mul x, g", "q = transpose[1, 0, 2] y\n  m = contract[abc,dc->abd] q, W\n  return m = m", "m", PaddingResult.Zero,
        TestName = "a product with a weight, the batch first")]
    [TestCase("z = mul x, g", "q = transpose[1, 0, 2] y\n  r = transpose[1, 0, 2] x\n  m = contract[abc,abd->acd] q, r\n  return m = m",
        "m", PaddingResult.AddsNothing, TestName = "the gradient of a memory, the batch first")]
    [TestCase("z = mul x, g", "m = contract[abc,abd->abcd] y, x\n  return m = m", "m", PaddingResult.Zero,
        TestName = "an outer product of what is 0")]
    [TestCase("z = mul x, g", "m = contract[abc,bd->abcd] y, h\n  return m = m", "m", PaddingResult.Zero,
        TestName = "a product with a number of each row")]
    [TestCase("z = mul x, g", "m = contract[abc,abd->bcd] y, x\n  return m = m", "m", PaddingResult.AddsNothing,
        TestName = "a sum over the steps of each row")]
    [TestCase("z = mul x, g", "m = sum[0] y\n  return m = m", "m", PaddingResult.AddsNothing, TestName = "a sum over steps")]
    [TestCase("z = gather W, codes", "return y = y", "z", PaddingResult.Unread, TestName = "rows of a table for a loop")]
    public void Products_of_a_row_with_itself_and_tables_leave_out_rows(string before, string after, string name, PaddingResult wanted)
    {
        var (ends, graph, _) = Of(before, after);
        Assert.That(ends.Of(graph.Values.Node(Value(graph, name)))?.Kind, Is.EqualTo(wanted));
    }

    [TestCase("q = transpose[1, 0, 2] y\n  s = sum[0, 1] q\n  return s = s", "s", TestName = "a sum over both")]
    [TestCase("q = transpose[1, 0, 2] y\n  s = sum[0] q\n  return s = s", "s", TestName = "a sum over the batch")]
    [TestCase("q = transpose[1, 0, 2] y\n  r = transpose[1, 0, 2] x\n  s = contract[abc,abd->cd] q, r\n  return s = s", "s",
        TestName = "a gradient of weights")]
    public void What_goes_along_time_only_is_done_for_all_rows_with_the_batch_first(string after, string name)
    {
        var (ends, graph, _) = Of("z = mul x, g", after);
        Assert.That(ends.Of(graph.Values.Node(Value(graph, name))), Is.Null);
    }

    [Test]
    public void Kernels_go_along_rows_with_the_batch_first()
    {
        var (ends, graph, steps) = Of("q = transpose[1, 0, 2] x\n  t = tanh q\n  z = transpose[1, 0, 2] t", "return y = y");
        Assert.That(
            ends.Of(steps.Ops.OfType<ScheduledKernel>().Single(step => step.Outputs.Contains(Value(graph, "t"))))?.BatchFirst, Is.True);
    }

    [Test]
    public void Codes_of_rows_that_ended_are_not_read()
    {
        var (ends, graph, _) = Of("z = gather W, codes", "d = scatter[H] codes, y\n  return d = d");
        Assert.That(ends.IsUnread(graph.InputIndex("codes"), graph.InputIndex("lengths")), Is.True);
        (ends, graph, _) = Of("z = gather W, codes", "return z = z");
        Assert.That(ends.IsUnread(graph.InputIndex("codes"), graph.InputIndex("lengths")), Is.False, "what is given out needs them");
    }
}
