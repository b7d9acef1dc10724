using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Passes;

public class PipelineTests
{
    // A sum whose row stands behind the product of the state, so that the first stage changes it.
    private const string Program = """
        program P
          input x: f32[T, B, X]
          input h: f32[B, H]
          parameter W: f32[H, X]
          parameter U: f32[H, H]
          parameter b: f32[H]
          %0, %1 = scan[T] x, h, W, U, b {
            sequence x: f32[B, X]
            state h: f32[B, H]
            constant W: f32[H, X]
            constant U: f32[H, H]
            constant b: f32[H]
            %0 = contract[ab,cb->ac] h, U
            %1 = contract[ab,cb->ac] x, W
            %2 = add %0, %1
            %3 = add %2, b
            next h = %3
            yield h = %3
          }
          return y = %1

        """;

    [Test]
    public void What_was_made_of_a_Program_serves_as_long_as_it_lives()
    {
        Graph program = Parser.Parse(Program);
        Graph first = Pipeline.Run(program);
        Assert.That(first, Is.Not.EqualTo(program));
        Assert.That(Pipeline.Run(program), Is.SameAs(first));
        Assert.That(Pipeline.Run(Parser.Parse(Program)), Is.EqualTo(first).And.Not.SameAs(first), "another Program");
    }
}
