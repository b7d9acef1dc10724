using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>Two products of a step start from two parts of one product: each goes on in its part only if nobody else reads that.</summary>
public class SharedPlaceTests
{
    // {0}, {1}: where the parts begin, of two halves of three; {2}: what else is returned.
    private const string Program = """
        program p
          input x: f32[T, B, X]
          input h: f32[B, 2H]
          input g: f32[B, 2H]
          parameter W: f32[6H, X]
          parameter U: f32[2H, 2H]
          parameter V: f32[2H, 2H]
          %0 = contract[abc,dc->abd] x, W
          %1 = slice[2, {0}, 2H] %0
          %2 = slice[2, {1}, 2H] %0
          %3, %4, %5, %6 = scan[T] %1, %2, h, g, U, V {
            sequence p: f32[B, 2H]
            sequence q: f32[B, 2H]
            state h: f32[B, 2H]
            state g: f32[B, 2H]
            constant U: f32[2H, 2H]
            constant V: f32[2H, 2H]
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, p
            %2 = tanh %1
            %3 = contract[ab,cb->ac] g, V
            %4 = add %3, q
            %5 = tanh %4
            next h = %2
            next g = %5
            yield y = %2
            yield z = %5
          }
          return y = %5
          return z = %6
        {2}
        """;

    [TestCase("0", "2H", "", true, Description = "apart")]
    [TestCase("0", "H", "", false, Description = "overlapping")]
    [TestCase("0", "2H", "  return p = %0", false, Description = "returned whole")]
    public void A_part_is_written_over_unless_another_part_or_the_whole_is_read(string first, string second, string returned, bool goesOn)
    {
        Graph program = Parser.Parse(Program.Replace("{0}", first).Replace("{1}", second).Replace("{2}", returned));
        OracleContract.Check(program, new Dictionary<string, int> { ["T"] = 4, ["B"] = 5, ["X"] = 3, ["H"] = 8 }, planned: executable =>
        {
            MatMulInstruction<float>[] products =
                executable.Instructions.OfType<ScanInstruction>().Single().Body.OfType<MatMulInstruction<float>>().ToArray();
            Assert.That(products.Where(product => product.Form.C.IsSamePlace(product.Start!.View) != goesOn), Is.Empty);
        });
    }
}
