using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>A sum over time of what does not change with time.</summary>
public class InvariantSumTests
{
    // The loop falls into two, one for each state; its sum adds the same product at each step.
    private const string Program = """
        program p
          input x: f32[T, B, X]
          input h: f32[B, H]
          input g: f32[B, H]
          parameter W: f32[H, X]
          parameter U: f32[H, H]
          parameter V: f32[H, H]
          parameter R: f32[H, H]
          parameter C: f32[X, H]
          %0, %1, %2, %3 = scan[T] x, h, g, W, U, V, R, C {
            sequence x: f32[B, X]
            state h: f32[B, H]
            state g: f32[B, H]
            constant W: f32[H, X]
            constant U: f32[H, H]
            constant V: f32[H, H]
            constant R: f32[H, H]
            constant C: f32[X, H]
            %0 = contract[ab,cb->ac] x, W
            %1 = contract[ab,cb->ac] h, U
            %2 = add %0, %1
            %3 = tanh %2
            %4 = contract[ab,cb->ac] %3, V
            %5 = contract[ab,cb->ac] g, R
            %6 = add %4, %5
            %7 = tanh %6
            %8 = contract[ab,bc->ac] W, C
            next h = %3
            next g = %7
            yield y = %7
            sum s = %8
          }
          return h = %0
          return y = %2
          return s = %3
        """;

    [Test]
    public void A_split_loop_adds_an_invariant_product_at_each_step() =>
        OracleContract.Check(Parser.Parse(Program), new Dictionary<string, int> { ["T"] = 5, ["B"] = 4, ["X"] = 3, ["H"] = 6 },
            planned: executable =>
            Assert.That(executable.Instructions.OfType<ScanInstruction>().Count(), Is.EqualTo(2), "the loop is two"));
}
