using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Passes;
using RnnJit.Text;
using RnnJit.Verification;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>
/// With lengths, a step is what it would be for a batch of the rows that run: along every axis of the batch, and in its extent.
/// </summary>
public class RunningBatchTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 5, ["B"] = 6, ["H"] = 3 };

    private static readonly double[] Lengths = [3, 0, 5, 1, 2, 5];

    // Lines of a step of x and h, captured c, f32[B, H], and a, f32[B, B]; the last is its value, f32[B, H].
    private static readonly Dictionary<string, string> Steps = new()
    {
        ["pairs read again"] = "%0 = contract[ab,cb->ac] x, x | %1 = contract[ab,bc->ac] %0, h | %2 = add %1, x | %3 = tanh %2",
        ["pairs of states"] = "%0 = contract[ab,cb->ac] h, h | %1 = tanh %0 | %2 = contract[ab,bc->ac] %1, x | %3 = tanh %2",
        ["pairs of sequences alone"] = "%0 = contract[ab,cb->ac] x, x | %1 = contract[ab,bc->ac] %0, x | %2 = add %1, h | %3 = tanh %2",
        ["exponents of pairs"] = "%0 = contract[ab,cb->ac] x, x | %1 = exp %0 | %2 = sum[1] %1 | %3 = div h, %2",
        ["pairs that are captured"] = "%0 = contract[ab,bc->ac] a, h | %1 = contract[ab,bc->ac] a, x | %2 = add %0, %1 | %3 = tanh %2",
        ["pairs with captured rows"] = "%0 = contract[ab,cb->ac] h, c | %1 = contract[ab,bc->ac] %0, c | %2 = add %1, x | %3 = tanh %2",
        ["pairs that nothing reads again"] = "%0 = contract[ab,cb->ac] h, x | %1 = sum[1] %0 | %2 = add %1, h | %3 = tanh %2",
        ["extent, rows apart"] = "%0 = extent[B : f32] | %1 = div h, %0 | %2 = add %1, x | %3 = tanh %2",
        ["extent of two batches"] = "%0 = extent[2B + 1 : f32] | %1 = mul x, %0 | %2 = add %1, h | %3 = tanh %2",
        ["mean over the batch"] = "%0 = sum[0] h | %1 = extent[B : f32] | %2 = div %0, %1 | %3 = add %2, x",
    };

    private static IEnumerable<string> Names => Steps.Keys;

    private static Graph Forward(string name, bool reverse) => Parser.Parse($$"""
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input c: f32[B, H]
          input a: f32[B, B]
          input lengths: i32[B]
          %0, %1 = scan[T{{(reverse ? ", reverse" : "")}}, lengths] x, h, c, a, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant c: f32[B, H]
            constant a: f32[B, B]
            {{string.Join("\n    ", Steps[name].Split(" | "))}}
            next h = %3
            yield y = %3
          }
          %2 = mul %1, %1
          %3 = sum[0, 1, 2] %2
          %4 = reshape[] %3
          return y = %1
          return last = %0
          return loss = %4
        """);

    [Test]
    public void Compiled_steps_are_those_of_the_rows_that_run([ValueSource(nameof(Names))] string name, [Values] bool reverse)
    {
        Graph program = Differentiate.Run(Forward(name, reverse), "loss", ["x", "h", "c", "a"]);
        OracleContract.Check(program, Sizes, Data(program));
    }

    [Test]
    public void Derivatives_are_those_of_differences([ValueSource(nameof(Names))] string name, [Values] bool reverse)
    {
        Graph program = Forward(name, reverse);
        GradientReport report = GradientCheck.Run(program, "loss", ["x", "h", "c", "a"], Data(program), Sizes);
        Assert.That(report.Ratio, Is.LessThan(1), $"{report}");
    }

    // The definition: a batch of the rows that run, one step long, gives what the loop gives at that step.
    [Test]
    public void A_step_is_that_of_a_batch_of_the_rows_that_run([ValueSource(nameof(Names))] string name)
    {
        Graph program = Forward(name, reverse: false);
        Dictionary<string, NdArray> data = Data(program), whole = Interpreter.Run(program, data, Sizes);
        var state = new NdArray(data["h"].Shape, [.. data["h"].Data]);
        int width = Sizes["H"];
        for (int t = 0; t < Sizes["T"]; t++)
        {
            int[] running = [.. Enumerable.Range(0, Lengths.Length).Where(row => Lengths[row] > t)];
            var given = new Dictionary<string, NdArray>
            {
                ["x"] = data["x"].At(t).Rows(running).Reshape([1, running.Length, width]), ["h"] = state.Rows(running),
                ["c"] = data["c"].Rows(running),
                ["a"] = new([running.Length, running.Length],
                    [.. running.SelectMany(i => running.Select(j => data["a"].Data[(i * Lengths.Length) + j]))]),
                ["lengths"] = new([running.Length], [.. running.Select(_ => 1.0)]),
            };
            NdArray step = Interpreter.Run(program, given)["y"];
            for (int i = 0; i < running.Length; i++)
                step.Data.AsSpan(i * width, width).CopyTo(state.Data.AsSpan(running[i] * width));
            for (int row = 0; row < Lengths.Length; row++)
                Bits.AssertEqual(whole["y"].At(t).Data.AsSpan(row * width, width), running.Contains(row)
                    ? state.Data.AsSpan(row * width, width) : new double[width], $"step {t}, row {row}");
        }

        Bits.AssertEqual(whole["last"].Data, state.Data, "the last state");
    }

    // Whatever stands past the end of a row matters to nothing.
    [Test]
    public void Padding_does_not_matter([ValueSource(nameof(Names))] string name)
    {
        Graph program = Differentiate.Run(Forward(name, reverse: false), "loss", ["x", "h", "c", "a"]);
        Dictionary<string, NdArray> data = Data(program), padded = new(data) { ["x"] = new(data["x"].Shape, [.. data["x"].Data]) };
        int width = Sizes["H"], batch = Lengths.Length;
        for (int e = 0; e < padded["x"].Length; e++)
            padded["x"].Data[e] = e / width / batch < Lengths[e / width % batch] ? padded["x"].Data[e] : 1e3;
        using RnnJit.Runtime.Executable executable = CellProgram.Create(program, Sizes, real: ElementType.F64);
        Bits.AssertEqual(CellProgram.Run(executable, padded), CellProgram.Run(executable, data), name);
        Bits.AssertEqual(Interpreter.Run(program, padded, Sizes), Interpreter.Run(program, data, Sizes), name);
    }

    private static Dictionary<string, NdArray> Data(Graph program)
    {
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        data["lengths"] = new NdArray([Lengths.Length], Lengths);
        return data;
    }
}
