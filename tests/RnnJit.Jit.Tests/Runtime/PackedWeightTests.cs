using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>A packed matrix serves all products that read it alike, stands where its source is there, and is packed again after any
/// change.</summary>
public class PackedWeightTests
{
    // Both read rows of W as k. The first adds them from the last to the first, as a sum over rows does.
    private const string BothDirections = """
        program p
          input x: f32[K, M]
          input y: f32[L, K]
          parameter W: f32[K, N]
          %0 = contract[ab,ac->bc] x, W
          %1 = contract[ab,bc->ac] y, W
          return a = %0
          return b = %1
        """;

    // Each step of the outer loop makes the matrix that its inner loop multiplies with.
    private const string MatrixOfTheOuterStep = """
        program p
          input x: f32[S, T, B, H]
          input h: f32[B, H]
          input m: f32[H, H]
          %0, %1, %2 = scan[S] x, h, m {
            sequence x: f32[T, B, H]
            state h: f32[B, H]
            state m: f32[H, H]
            %0 = tanh m
            %1, %2 = scan[T] x, h, %0 {
              sequence x: f32[B, H]
              state h: f32[B, H]
              constant M: f32[H, H]
              %0 = contract[ab,cb->ac] h, M
              %1 = add %0, x
              %2 = tanh %1
              next h = %2
              yield y = %2
            }
            next h = %1
            next m = %0
            yield y = %2
          }
          return h = %0
          return m = %1
          return y = %2
        """;

    // Each step of the outer loop has a matrix of its own, of a parameter; its inner loop multiplies with it, and adds a column of it.
    private const string MatrixForEachOuterStep = """
        program p
          input x: f32[S, T, B, H]
          input h: f32[B, H]
          parameter M: f32[S, H, H]
          %0, %1 = scan[S] x, M, h {
            sequence x: f32[T, B, H]
            sequence M: f32[H, H]
            state h: f32[B, H]
            %0 = slice[1, 0, 1] M
            %1 = transpose[1, 0] %0
            %2, %3 = scan[T] x, h, M, %1 {
              sequence x: f32[B, H]
              state h: f32[B, H]
              constant M: f32[H, H]
              constant r: f32[1, H]
              %0 = contract[ab,cb->ac] h, M
              %1 = add %0, x
              %2 = add %1, r
              %3 = tanh %2
              next h = %3
              yield y = %3
            }
            next h = %2
            yield y = %3
          }
          return h = %0
          return y = %1
        """;

    // Running rows of the first loop read each other, so it is interpreted; the second one multiplies with the same weight.
    private const string BehindAnInterpretedLoop = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input lengths: i32[B]
          parameter U: f32[H, H]
          %0, %1 = scan[T, lengths] x, h, U, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            %1 = sum[0] h
            %2 = add %0, %1
            %3 = add %2, x
            %4 = tanh %3
            next h = %4
            yield y = %4
          }
          %2, %3 = scan[T] %1, %0, U {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, x
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return h = %0
          return y = %3
        """;

    private const string SideBySide = """
        program p
          input x: f32[T, B, X]
          parameter V: f32[N, X]
          parameter W: f32[N, X]
          %0 = contract[abc,dc->abd] x, V
          %1 = contract[abc,dc->abd] x, W
          %2 = tanh %0
          %3 = mul %2, %1
          return y = %3
        """;

    private static readonly Dictionary<string,
        int> Sizes = new() { ["S"] = 3, ["T"] = 4, ["B"] = 5, ["H"] = 6, ["K"] = 7, ["L"] = 3, ["M"] = 4, ["N"] = 9, ["X"] = 5 };

    [Test]
    public void Products_that_add_in_other_directions_have_panels_of_their_own() =>
        OracleContract.Check(Parser.Parse(BothDirections), Sizes, planned: executable =>
            Assert.That(executable.Commands<PackCommand>().Count(), Is.EqualTo(2)));

    [Test]
    public void What_an_outer_step_makes_or_is_given_is_packed_in_each_of_its_steps(
        [Values(MatrixOfTheOuterStep, MatrixForEachOuterStep)] string text) =>
        OracleContract.Check(Parser.Parse(text), Sizes, planned: executable =>
        {
            ScanCommand outer = executable.CommandsOutsideLoops().OfType<ScanCommand>().Single();
            Assert.That(outer.Body.OfType<PackCommand>().Count(), Is.EqualTo(1));
            Assert.That(executable.Commands<PackCommand>().Count(), Is.EqualTo(1));
        });

    // Rows and columns of such a matrix lie equally far apart.
    [TestCase("X")]
    [TestCase("H")]
    public void Merged_weights_of_one_column_are_packed_as_rows(string symbol)
    {
        var cell = new CellProgram(CellTracer.Trace(typeof(Lstm)));
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, batch: 5);
        sizes[symbol] = 1;
        OracleContract.Check(cell.Build(), sizes, planned: executable =>
            Assert.That(executable.Commands<PackCommand>(),
                Has.Some.Matches<PackCommand>(pack => pack is { N: 1, IsWeight: true, Parts.Length: 4 } && pack.K == 4 * sizes["H"])));
    }

    [Test]
    public void A_weight_that_an_interpreted_loop_reads_too_is_packed() =>
        OracleContract.Check(Parser.Parse(BehindAnInterpretedLoop), Sizes, planned: executable =>
        {
            Assert.That(executable.Commands<HostOpCommand>().Count(command => command.Op is ScanOp), Is.EqualTo(1));
            Assert.That(executable.Commands<ScanCommand>().Count(), Is.EqualTo(1));
            Assert.That(executable.Commands<PackCommand>().Count(), Is.EqualTo(1));
        });

    [Test]
    public void A_change_of_any_part_packs_again([Values("V", "W")] string changed, [Values] Change change, [Values(1, 2)] int threads)
    {
        Graph program = Parser.Parse(SideBySide);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        using Executable executable = CellProgram.Create(program, Sizes, threads);
        Assert.That(executable.Commands<PackCommand>(),
            Has.Some.Matches<PackCommand>(pack => pack is { Parts.Length: 2, When: CommandWhen.ParametersChanged }));
        Tensor tensor = executable.Input(changed);
        CellProgram.Run(executable, data);
        executable.Run();

        data[changed] = change == Change.Clear ? new NdArray(data[changed].Shape) : new NdArray(data[changed].Shape,
            data[changed].Data.Select(x => 0.5 - x).ToArray());
        double[] numbers = data[changed].Data;
        switch (change)
        {
            case Change.Set:
                tensor.Set(numbers);
                break;
            case Change.Clear:
                tensor.Clear();
                break;
            case Change.CopyFrom:
                using (var other = new Tensor(tensor.Element, [.. tensor.Shape]))
                {
                    other.Set(numbers);
                    tensor.CopyFrom(other);
                }

                break;
            default:
                Fill(tensor.Write<float>(), numbers);
                break;
        }

        executable.Run();
        OracleContract.AssertAgrees(CellProgram.Outputs(executable), Interpreter.Run(program, data, Sizes), ElementType.F32,
            $"{changed} changed by {change}");
    }

    /// <summary>The ways of writing a tensor.</summary>
    public enum Change
    {
        Set,
        Clear,
        CopyFrom,
        Write,
    }

    private static void Fill(Span<float> to, double[] numbers)
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = (float)numbers[i];
    }
}
