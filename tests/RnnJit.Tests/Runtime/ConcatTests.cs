using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Tests.Runtime;

/// <summary>Operands of a concat are written where they lie side by side.</summary>
public class ConcatTests
{
    [TestCase("sum[0] x", "sum[0] x")]
    [TestCase("maximum[0] x", "sum[0] x")]
    [TestCase("slice[0, 0, 1] x", "sum[0] x")]
    public void Sums_over_rows_lie_side_by_side(string left, string right)
    {
        Graph program = Parser.Parse($"program P\ninput x: f32[5, 2, 4]\n%0 = {left}\n%1 = {right}\n%2 = concat[2] %0, %1\nreturn y = %2");
        var x = new NdArray([5, 2, 4], [.. Enumerable.Range(0, 40).Select(i => i % 7 / 4.0)]);
        using Executable compiled = Executable.Create(program, new ExecutableOptions());
        compiled.Set("x", x);
        compiled.Run();

        Assert.That(compiled.Output("y").ToNdArray().Data,
            Is.EqualTo(Interpreter.Run(program, new Dictionary<string, NdArray> { ["x"] = x }, new Dictionary<string, int>())["y"].Data));
    }
}
