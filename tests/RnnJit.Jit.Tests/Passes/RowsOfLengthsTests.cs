using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Jit.Tests.Runtime;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Passes over a batch with lengths: rows are ordered along all their axes or not at all, and a value that a step makes of its running rows stays in the loop.</summary>
public class RowsOfLengthsTests
{
    private const string FurtherRows = """
        program p
          input x: f32[T, B, S, H]
          input h: f32[B, S, H]
          input lengths: i32[B]
          parameter W: f32[H, H]
          %0, %1 = scan[T, lengths] x, h, W, lengths {
            sequence x: f32[B, S, H]
            state h: f32[B, S, H]
            constant W: f32[H, H]
            %0 = contract[abc,cd->abd] h, W
            %1 = add %0, x
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return h = %0
          return y = %1
        """;

    // Of each row of the batch a part is multiplied, so that its rows do not join those of the others.
    private const string PartOfFurtherRows = """
        program p
          input x: f32[T, B, S, H]
          input h: f32[B, 2S, H]
          input lengths: i32[B]
          parameter W: f32[H, H]
          %0, %1 = scan[T, lengths] x, h, W, lengths {
            sequence x: f32[B, S, H]
            state h: f32[B, 2S, H]
            constant W: f32[H, H]
            %0 = slice[1, 1, S] h
            %1 = contract[abc,cd->abd] %0, W
            %2 = add %1, x
            %3 = tanh %2
            %4 = concat[1] %3, %2
            next h = %4
            yield y = %4
          }
          return h = %0
          return y = %1
        """;

    private const string PairsOfRows = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input A: f32[B, B]
          input lengths: i32[B]
          parameter U: f32[H, H]
          %0, %1 = scan[T, lengths] x, h, U, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, x
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          %2 = contract[ab,bc->ac] A, %0
          %3 = contract[ab,cb->ac] %0, %2
          return mixed = %2
          return between = %3
        """;

    // A product over the rows that run is what the state is multiplied with.
    private const string SumOverRows = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input lengths: i32[B]
          %0, %1 = scan[T, lengths] x, h, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            %0 = contract[ab,ac->bc] x, x
            %1 = contract[ab,bc->ac] h, %0
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return last = %0
          return y = %1
        """;

    // The same for all rows: the sum, the product of rows and their number. Each changes as rows end, and none is 0 for a row that has ended.
    private const string MadeOfRunningRows = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input c: f32[B, H]
          input lengths: i32[B]
          parameter U: f32[H, H]
          %0, %1, %2, %3, %4, %5 = scan[T, lengths] x, h, c, U, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            constant c: f32[B, H]
            constant U: f32[H, H]
            %0 = sum[0] x
            %1 = contract[ab,cb->ac] h, U
            %2 = add %1, %0
            %3 = contract[ab,ac->bc] h, h
            %4 = contract[ab,bc->ac] x, %3
            %5 = sum[0] h
            %6 = contract[ab,cb->ac] c, %5
            %7 = contract[ab,ac->bc] c, c
            %8 = contract[ab,bc->ac] x, %7
            %9 = extent[B : f32]
            %10 = mul %1, %9
            %11 = add h, x
            %12 = tanh %11
            next h = %12
            yield beside = %2
            yield times = %4
            yield counted = %10
            sum total = %6
            sum ofConstants = %8
          }
          return last = %0
          return beside = %1
          return times = %2
          return counted = %3
          return total = %4
          return ofConstants = %5
        """;

    // The first loop falls into two, one for each state. The second has other lengths and repeats what the first one yields.
    private const string TwoLengths = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input g: f32[B, H]
          input k: f32[B, H]
          input lengths: i32[B]
          input others: i32[B]
          parameter w: f32[H]
          parameter U: f32[H, H]
          parameter V: f32[H, H]
          parameter R: f32[H, H]
          %0, %1, %2 = scan[T, lengths] x, h, g, w, U, V, R, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            state g: f32[B, H]
            constant w: f32[H]
            constant U: f32[H, H]
            constant V: f32[H, H]
            constant R: f32[H, H]
            %0 = mul x, w
            %1 = tanh %0
            %2 = contract[ab,cb->ac] h, U
            %3 = add %2, %1
            %4 = tanh %3
            %5 = contract[ab,cb->ac] %4, V
            %6 = contract[ab,cb->ac] g, R
            %7 = add %5, %6
            %8 = tanh %7
            next h = %4
            next g = %8
            yield e = %1
          }
          %3, %4 = scan[T, lengths] x, k, w, others {
            sequence x: f32[B, H]
            state k: f32[B, H]
            constant w: f32[H]
            %0 = mul x, w
            %1 = tanh %0
            %2 = add %1, k
            %3 = tanh %2
            next k = %3
            yield y = %3
          }
          return h = %0
          return g = %1
          return e = %2
          return k = %3
          return y = %4
        """;

    // The second loop has other lengths and runs in the other direction, as an adjoint does.
    // What it reads is 0 behind the ends of the first one's rows.
    private const string OtherLengthsBackwards = """
        program p
          input x: f32[T, B, H]
          input h: f32[B, H]
          input k: f32[B, H]
          input lengths: i32[B]
          input others: i32[B]
          %0, %1 = scan[T, lengths] x, h, lengths {
            sequence x: f32[B, H]
            state h: f32[B, H]
            %0 = tanh x
            %1 = mul %0, h
            next h = %1
            yield y = x
          }
          %2, %3 = scan[T, reverse, lengths] %1, k, others {
            sequence y: f32[B, H]
            state k: f32[B, H]
            %0 = mul y, k
            %1 = add %0, y
            next k = %1
            yield z = y
          }
          return h = %0
          return k = %2
          return z = %3
        """;

    // Nothing in the step tells which rows there are.
    private const string ConstantForRunningRows = """
        program p
          input x: f32[T, B, H]
          input c: f32[B, H]
          input lengths: i32[B]
          %0 = scan[T, lengths] x, c, lengths {
            sequence x: f32[B, H]
            constant c: f32[B, H]
            %0 = tanh c
            yield y = %0
          }
          return y = %0
        """;

    // One number a row: side by side, two yields of a step are no rows of the batch.
    private const string YieldsOfNumbers = """
        program p
          input x: f32[T, B]
          input h: f32[B]
          input lengths: i32[B]
          %0, %1, %2 = scan[T, lengths] x, h, lengths {
            sequence x: f32[B]
            state h: f32[B]
            %0 = mul x, h
            %1 = tanh %0
            %2 = add %1, x
            next h = %2
            yield a = %1
            yield b = %2
          }
          %3 = concat[1] %1, %2
          return last = %0
          return y = %3
        """;

    // Rows of a step lie a sequence apart.
    private const string BatchFirst = """
        program p
          input x: f32[B, T, H]
          input h: f32[B, H]
          input lengths: i32[B]
          parameter W: f32[H, H]
          parameter U: f32[H, H]
          %0 = transpose[1, 0, 2] x
          %1 = contract[abc,dc->abd] %0, W
          %2, %3 = scan[T, lengths] %1, h, U, lengths {
            sequence p: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, p
            %2 = tanh %1
            next h = %2
            yield y = %2
          }
          return last = %2
          return y = %3
        """;

    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 7, ["B"] = 9, ["H"] = 6 };

    private static readonly double[] Lengths = [3, 0, 7, 1, 5, 2, 7, 4, 6], Others = [7, 5, 2, 6, 0, 7, 3, 4, 7];

    [Test]
    public void Both_axes_of_pairs_of_rows_are_ordered()
    {
        Graph program = Parser.Parse(PairsOfRows);
        Assert.That(SortByLength.By(SortByLength.Run(program)), Is.EqualTo("lengths"));
        OracleContract.Check(program, Sizes, Data(program));
    }

    // Another order would make other rows of the numbers.
    [Test]
    public void Rows_that_are_read_by_number_in_a_step_keep_their_order()
    {
        Graph program = Parser.Parse(GatherInLoopTests.Rows.Replace("scan[T] i, h {", "scan[T, lengths] i, h, lengths {").Replace("  input i: i32[T, B]", "  input i: i32[T, B]\n  input lengths: i32[B]"));
        Dictionary<string, NdArray> data = Data(program);

        // Rows read rows that still run: their numbers count those that run.
        NdArray numbers = data["i"];
        for (int i = 0; i < numbers.Length; i++)
            numbers.Data[i] = i * 7 % Math.Max(1, Lengths.Count(length => length > i / 9));
        OracleContract.Check(program, Sizes, data);
    }

    [Test]
    public void What_a_step_sums_over_rows_stays_in_the_loop()
    {
        Graph program = Parser.Parse(SumOverRows);
        OracleContract.Check(program, Sizes, Data(program));
    }

    [Test]
    public void What_is_made_of_running_rows_is_nothing_to_rows_that_have_ended()
    {
        Graph program = Parser.Parse(MadeOfRunningRows);
        OracleContract.Check(program, Sizes, Data(program));
    }

    [Test]
    public void A_loop_with_other_lengths_does_not_read_what_an_earlier_one_yields()
    {
        Graph program = Parser.Parse(TwoLengths);
        OracleContract.Check(program, Sizes, Data(program), planned: executable =>
            Assert.That(executable.Instructions.Count(instruction => instruction is RnnJit.Runtime.ScanInstruction), Is.EqualTo(3), "the first loop is two"));
    }

    [Test]
    public void A_loop_backwards_with_other_lengths_is_no_adjoint()
    {
        Graph program = Parser.Parse(OtherLengthsBackwards);
        OracleContract.Check(program, Sizes, Data(program));
    }

    [Test]
    public void A_loop_without_states_keeps_a_sequence_that_it_does_not_read()
    {
        Graph program = Parser.Parse(ConstantForRunningRows);
        OracleContract.Check(program, Sizes, Data(program));
    }

    [Test]
    public void Yields_of_one_number_a_row_are_put_side_by_side_behind_the_loop()
    {
        Graph program = Parser.Parse(YieldsOfNumbers);
        OracleContract.Check(program, Sizes, Data(program));
    }

    [Test]
    public void Steps_in_which_all_rows_run_are_products_of_their_own_where_they_lie_apart()
    {
        Graph program = Parser.Parse(BatchFirst);
        Dictionary<string, NdArray> data = Data(program);
        data["lengths"] = new NdArray([9], [7, 5, 3, 6, 3, 7, 4, 5, 7]);
        OracleContract.Check(program, Sizes, data, planned: executable =>
            Assert.That(executable.CommandsOutsideLoops().OfType<MatMulCommand>(), Has.Some.Matches<MatMulCommand>(product =>
                product is { Form: { M.Extent: 9, Loops: [{ Extent: 7 }] }, Packed: not null, Init: null, Rows.Kind: not PaddingResult.AddsNothing })));
    }

    // Each row of the batch has rows of its own, which are one matrix with those of all others where they join.
    [Test]
    public void Rows_beside_those_of_the_batch_end_with_them([Values(FurtherRows, PartOfFurtherRows)] string text, [Values(1, 9)] int batch, [Values(1, 3)] int further)
    {
        Graph program = Parser.Parse(text);
        var sizes = new Dictionary<string, int>(Sizes) { ["B"] = batch, ["S"] = further };
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        data["lengths"] = new NdArray([batch], Lengths[..batch]);
        OracleContract.Check(program, sizes, data, planned: executable =>
        {
            Assert.That(executable.Interpreted(), Is.Empty);
            MatMulForm form = executable.Commands<ScanCommand>().Single().Body.OfType<MatMulCommand>().Single().Form;
            Assert.That(further == 1 ? form.M.Extent : form.Loops[0].Extent, Is.EqualTo(batch));
        });
    }

    private static Dictionary<string, NdArray> Data(Graph program)
    {
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        data["lengths"] = new NdArray([9], Lengths);
        if (data.ContainsKey("others"))
            data["others"] = new NdArray([9], Others);
        return data;
    }
}
