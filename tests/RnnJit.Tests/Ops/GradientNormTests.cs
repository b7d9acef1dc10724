using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Tests.Ops;

/// <summary>The norm adds in the order of one block that holds all tensors, each from a multiple of 64 bytes on, bit for bit.</summary>
public unsafe class GradientNormTests
{
    [Test]
    public void Squares_are_added_in_the_order_of_one_block([Values(1, 3)] int threads)
    {
        const string Text =
            "program P\n  input l: f32[]\n  input a: f32[3]\n  input b: f32[70, 83]\n  input c: f32[5]\n  n, f, k = gradient_norm l, a, "
                + "b, c\n  return n = n\n";
        using Executable executable =
            Executable.Create(Parser.Parse(Text), new ExecutableOptions { Precision = ElementType.F64, Threads = threads });
        var random = new Random(1);
        var block = new List<double>();
        foreach (string name in (string[])["a", "b", "c"])
        {
            double[] numbers = [.. Enumerable.Range(0, executable.Input(name).Length).Select(_ => random.NextDouble() - 0.5)];
            executable.Input(name).Set(numbers);
            block.AddRange([.. numbers, .. new double[(8 - (numbers.Length % 8)) % 8]]);
        }

        executable.Run();
        fixed (double* data = block.ToArray())
            Assert.That(executable.Output("n").Read<double>()[0], Is.EqualTo(Math.Sqrt(FlatReduction.SumOfSquares(data, block.Count))));
    }

    [Test]
    public void Rows_with_gaps_are_added_as_rows_without([Values(1, 3)] int threads)
    {
        const string Text =
            "program P\n  input l: f32[]\n  input a: f32[701, 83]\n  s = slice[1, 3, 13] a\n  n, f, k = gradient_norm l, s\n  return n = "
                + "n\n";
        using Executable executable =
            Executable.Create(Parser.Parse(Text), new ExecutableOptions { Precision = ElementType.F64, Threads = threads });
        SquareSumCommand command = Executable.PlanOf(Parser.Parse(Text), new ExecutableOptions { Precision = ElementType.F64 }).Commands
            .OfType<SquareSumCommand>().Single();
        Assert.That(command.Inputs.Single().Strides, Is.EqualTo((int[])[83, 1]), "the norm reads the slice in place");
        var random = new Random(2);
        double[] numbers = [.. Enumerable.Range(0, 701 * 83).Select(_ => random.NextDouble() - 0.5)];
        executable.Input("a").Set(numbers);
        executable.Run();
        fixed (double* data = numbers.Where((_, i) => i % 83 is >= 3 and < 16).ToArray())
            Assert.That(executable.Output("n").Read<double>()[0], Is.EqualTo(Math.Sqrt(FlatReduction.SumOfSquares(data, 701 * 13))));
    }
}
