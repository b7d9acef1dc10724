using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>Gathers inside loops: from weights, and from the rows of others.</summary>
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
        Assert.That(executable.Plan.Select(line => line.Text + line.Provider), Has.None.Contains("interpreted"));
        Assert.That(((CompiledExecutable)executable).Instructions.OfType<ScanInstruction>().Single().IsRowIndependent, Is.EqualTo(text == Weights));
        Assert.That(Bits.Distance(CellProgram.Run(executable, data)["y"], Interpreter.Run(program, data, sizes)["y"]), Is.LessThan(1e-6));
    }
}
