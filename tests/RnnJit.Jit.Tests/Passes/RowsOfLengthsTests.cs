using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Jit.Tests.Runtime;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Passes over a batch with lengths: rows are ordered along all their axes or not at all, and a value that a step makes of its
/// running rows stays in the loop.</summary>
public partial class RowsOfLengthsTests
{
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
        Graph program = Parser.Parse(GatherInLoopTests.Rows.Replace("scan[T] i, h {", "scan[T, lengths] i, h, lengths {")
            .Replace("  input i: i32[T, B]", "  input i: i32[T, B]\n  input lengths: i32[B]"));
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
            Assert.That(executable.Instructions.Count(instruction => instruction is RnnJit.Runtime.ScanInstruction), Is.EqualTo(3),
                "the first loop is two"));
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
                product is
                {
                    Form:
                    {
                        M.Extent: 9,
                        Loops: [{ Extent: 7 }]
                    }, Packed: not null, Init: null, Rows.Kind: not PaddingResult.AddsNothing
                })));
    }

    // Each row of the batch has rows of its own, which are one matrix with those of all others where they join.
    [Test]
    public void Rows_beside_those_of_the_batch_end_with_them([Values(FurtherRows, PartOfFurtherRows)] string text, [Values(1, 9)] int batch,
        [Values(1, 3)] int further)
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
