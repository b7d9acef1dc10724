using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Plans;

/// <summary>
/// Row independence is decided on the graph of a step. For each kind of op a step that mixes rows is found, and one that does not is not.
/// </summary>
public class RowIndependenceTests
{
    // Inputs of a step: x and the state h, both f32[B, H]; pairs p, f32[B, B]; memory m, f32[B, S, H]; numbers i, i32[B]; a row s without
    // the batch; captured w, a, c and v.
    private const string Ports = """
            sequence x: f32[B, H]
            sequence p: f32[B, B]
            sequence m: f32[B, S, H]
            sequence i: i32[B]
            sequence s: f32[H]
            state h: f32[B, H]
            constant w: f32[H, H]
            constant a: f32[B, B]
            constant c: f32[B, H]
            constant v: f32[V, H]
        """;

    [TestCase("%0 = add x, h", "%0")]
    [TestCase("%0 = add s, h", "%0")]
    [TestCase("%0 = mul c, h", "%0")]
    [TestCase("%0 = contract[ab,bc->ac] h, w", "%0")]
    [TestCase("%0 = contract[ab,cb->ac] h, w", "%0")]
    [TestCase("%0 = contract[abc,ac->ab] m, h | %1 = contract[abc,ab->ac] m, %0", "%1")]
    [TestCase("%0 = sum[1] h | %1 = mul %0, x", "%1")]
    [TestCase("%0 = sum[1] m | %1 = reshape[B, H] %0", "%1")]
    [TestCase("%0 = reshape[B, 1, H] h | %1 = mul %0, m | %2 = maximum[1] %1 | %3 = reshape[B, H] %2", "%3")]
    [TestCase("%0 = transpose[1, 0] h | %1 = transpose[1, 0] %0 | %2 = tanh %1", "%2")]
    [TestCase("%0 = concat[1] x, h | %1 = slice[1, 0, H] %0", "%1")]
    [TestCase("%0 = gather v, i", "%0")]
    [TestCase("%0 = onehot[H : f32] i", "%0")]
    [TestCase("%0 = broadcast[B, H] s | %1 = add %0, h", "%1")]
    public void Rows_apart(string lines, string next) => Assert.That(Rows(lines, next).Holds, Is.True);

    [TestCase("%0 = contract[ab,bc->ac] a, h", "%0")]
    [TestCase("%0 = contract[ab,bc->ac] p, h", "%0")]
    [TestCase("%0 = contract[ba,bc->ac] p, c", "%0")]
    [TestCase("%0 = contract[ba,ab->a] p, p | %1 = reshape[B, 1] %0 | %2 = mul %1, h", "%2")]
    [TestCase("%0 = contract[ab,ac->bc] h, x | %1 = contract[ab,bc->ac] h, %0", "%1")]
    [TestCase("%0 = contract[ab,cb->ac] h, x | %1 = contract[ab,bc->ac] %0, h", "%1")]
    [TestCase("%0 = sum[0] h | %1 = add %0, x", "%1")]
    [TestCase("%0 = maximum[0] h | %1 = add %0, x", "%1")]
    [TestCase("%0 = sum[0, 1] h | %1 = add %0, x", "%1")]
    [TestCase("%0 = transpose[1, 0] p | %1 = sum[1] %0 | %2 = mul %1, x", "%2")]
    [TestCase("%0 = sum[1] h | %1 = reshape[B] %0 | %2 = mul p, %1 | %3 = sum[1] %2 | %4 = mul %3, x", "%4")]
    [TestCase("%0 = reshape[1, B, H] h | %1 = reshape[B, B, 1] p | %2 = mul %0, %1 | %3 = sum[1] %2 | %4 = reshape[B, H] %3", "%4")]
    [TestCase("%0 = transpose[1, 0] h | %1 = reshape[B, H] %0 | %2 = tanh %1", "%2")]
    [TestCase("%0 = gather h, i", "%0")]
    [TestCase("%0 = gather c, i | %1 = gather %0, i", "%1")]
    [TestCase("%0 = scatter[B] i, h", "%0")]
    [TestCase("%0 = scatteradd x, i, h", "%0")]
    [TestCase("%0 = accumulate x, h", "%0")]
    [TestCase("%0 = slice[0, 0, 1] h | %1 = add %0, x", "%1")]
    [TestCase("%0, %1 = scan[T] h { | state h: f32[B, H] | %0 = tanh h | next h = %0 | yield y = %0 | }", "%0")]
    public void Rows_that_meet(string lines, string next)
    {
        RowIndependence rows = Rows(lines, next);
        Assert.That(rows.Holds, Is.False);
        Assert.That(rows.TakesRows, Is.False);
    }

    // Two dimensions of one extent are two: it is the flow of values that counts, and not the symbol.
    [Test]
    public void A_sum_over_pairs_is_of_its_own_row() => Assert.That(Rows("%0 = sum[1] p | %1 = mul %0, h", "%1").Holds, Is.True);

    private static RowIndependence Rows(string lines, string next)
    {
        string body = string.Join("\n", lines.Split(" | ").Select(line => "    " + line));
        Graph program = Parser.Parse($$"""
            program p
              input x: f32[T, B, H]
              input p: f32[T, B, B]
              input m: f32[T, B, S, H]
              input i: i32[T, B]
              input s: f32[T, H]
              input h: f32[B, H]
              input w: f32[H, H]
              input a: f32[B, B]
              input c: f32[B, H]
              input v: f32[V, H]
              %0, %1 = scan[T] x, p, m, i, s, h, w, a, c, v {
            {{Ports}}
            {{body}}
                next h = {{next}}
                yield y = {{next}}
              }
              return y = %1
            """);
        return RowIndependence.Of((ScanOp)program.Nodes[0].Op);
    }
}
