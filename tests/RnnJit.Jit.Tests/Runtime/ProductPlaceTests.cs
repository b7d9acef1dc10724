using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>Products go on where their chains start, if nobody reads that afterwards, and leave room between rows that would lie a page
/// apart.</summary>
public class ProductPlaceTests
{
    // {0}: what the loop yields; {1}: what else is returned.
    private const string Program = """
        program p
          input x: f32[T, B, X]
          input h: f32[B, H]
          parameter W: f32[H, X]
          parameter U: f32[H, H]
          %0 = contract[abc,dc->abd] x, W
          %1, %2 = scan[T] %0, h, U {
            sequence p: f32[B, H]
            state h: f32[B, H]
            constant U: f32[H, H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, p
            %2 = tanh %1
            %3 = mul %2, p
            next h = %2
            yield y = {0}
          }
          return y = %2
        {1}
        """;

    private static Dictionary<string, int> Sizes(int units) => new() { ["T"] = 4, ["B"] = 9, ["X"] = 5, ["H"] = units };

    [TestCase("%2", "", true)]
    [TestCase("%3", "", false)]
    [TestCase("%2", "  return p = %0", false)]
    public void A_product_goes_on_where_its_chains_start_unless_somebody_else_reads_that(string yielded, string returned, bool goesOn)
    {
        Graph program = Parser.Parse(Program.Replace("{0}", yielded).Replace("{1}", returned));
        foreach (int units in new[] { 17, 1024 })
        {
            Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes(units));
            using Executable executable = CellProgram.Create(program, Sizes(units));
            var product = ((CompiledExecutable)executable).Instructions.OfType<ScanInstruction>().Single().Body
                .OfType<MatMulInstruction<float>>().Single();
            Assert.That(product.Form.C.IsSamePlace(product.Start!.View), Is.EqualTo(goesOn));
            Assert.That(product.Form.C.Strides[0], Is.EqualTo(units == 1024 ? 1024 + 16 : units));
            Agrees(program, executable, data, Sizes(units));
        }
    }

    [Test]
    public void Cells_with_wide_rows_agree([Values(typeof(Lstm), typeof(Gru), typeof(GruResetAfter), typeof(LstmPeephole))] Type type,
        [Values] bool lengths, [Values(1, 2)] int threads)
    {
        var cell = new CellProgram(CellTracer.Trace(type), lengths);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 2, batch: 3, units: 1024);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        using Executable executable = CellProgram.Create(program, sizes, threads);
        Assert.That(((CompiledExecutable)executable).Instructions.SelectMany(instruction => instruction.Views),
            Has.Some.Matches<BufferView>(view => view!.Rank > 1 && view.Strides[^2] % 1024 == 16));
        Agrees(program, executable, data, sizes);
    }

    // Twice: the second run finds what the first one left. A loss adds thousands of numbers of both signs, so its own bound would be
    // another one; its gradients are compared.
    private static void Agrees(Graph program, Executable executable, Dictionary<string, NdArray> data, Dictionary<string, int> sizes)
    {
        Dictionary<string, NdArray> wanted = Interpreter.Run(program, data, sizes);
        for (int run = 0; run < 2; run++)
        {
            Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
            foreach (var (name, value) in wanted.Where(output => output.Key != "loss"))
                Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-5), $"{name}, run {run}");
        }
    }
}
