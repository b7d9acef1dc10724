using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Passes;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>Gathers and scatters inside loops: from weights, and among the rows of the batch.</summary>
public class GatherInLoopTests
{
    private const string Weights = """
        program p
          input h: f32[B, H]
          input i: i32[T, B]
          parameter W: f32[V, H]
          %0, %1 = scan[T] i, h, W {
            sequence i: i32[B]
            state h: f32[B, H]
            constant W: f32[V, H]
            %0 = gather W, i
            %1 = mul %0, h
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return y = %1
        """;

    /// <summary>Rows of the batch read each other.</summary>
    internal const string Rows = """
        program p
          input h: f32[B, H]
          input i: i32[T, B]
          %0, %1 = scan[T] i, h {
            sequence i: i32[B]
            state h: f32[B, H]
            %0 = gather h, i
            %1 = add %0, h
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return y = %1
        """;

    [Test]
    public void A_loop_gathers([Values(Weights, Rows)] string text, [Values(1, 2)] int threads)
    {
        Graph program = Parser.Parse(text);
        var sizes = new Dictionary<string, int> { ["T"] = 5, ["B"] = 9, ["H"] = 17, ["V"] = 9 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        data["i"] = new NdArray([5, 9], [.. Enumerable.Range(0, 45).Select(e => (double)((e * 7) % 9))]);
        using Executable executable = CellProgram.Create(program, sizes, threads);
        Assert.That(executable.Interpreted(), Is.Empty);
        Assert.That(((CompiledExecutable)executable).Instructions.OfType<ScanInstruction>().Single().IsRowIndependent,
            Is.EqualTo(text == Weights));
        Assert.That(Bits.Distance(CellProgram.Run(executable, data)["y"], Interpreter.Run(program, data, sizes)["y"]), Is.LessThan(1e-6));
    }

    // With adjoints: a gather of rows that change scatters backwards. Two shares have columns of their own, so the
    // order of additions is that of the rows.
    [Test]
    public void Scatters_and_adjoints_of_gathers_are_commands_of_the_loop(
        [Values("gather h, i", "scatter[B] i, h", "scatteradd x, i, h", "gather x, i")] string move, [Values(1, 2)] int threads,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        Graph forward = Parser.Parse($$"""
            program p
              input x: f32[T, B, H]
              input i: i32[T, B]
              input h: f32[B, H]
              %0, %1 = scan[T] x, i, h {
                sequence x: f32[B, H]
                sequence i: i32[B]
                state h: f32[B, H]
                %0 = {{move}}
                %1 = mul %0, x
                %2 = add %1, h
                %3 = tanh %2
                next h = %3
                yield y = %3
              }
              %2 = sum[0, 1, 2] %1
              %3 = reshape[] %2
              return y = %1
              return loss = %3
            """);
        Graph program = Differentiate.Run(forward, "loss", ["x", "h"]);
        var sizes = new Dictionary<string, int> { ["T"] = 4, ["B"] = 9, ["H"] = 37 };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        data["i"] = new NdArray([4, 9], [.. Enumerable.Range(0, 36).Select(e => (double)(e * e % 9))]);
        Dictionary<string, NdArray> expected = Interpreter.Run(program, data, sizes);
        using Executable executable = CellProgram.Create(program, sizes, threads, real);
        Assert.That(executable.Interpreted(), Is.Empty);
        for (int run = 0; run < 2; run++)
        {
            Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
            foreach (var (name, value) in expected)
                Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F32 ? 1e-6 : 1e-13), $"{name}, run {run}");
        }
    }
}
