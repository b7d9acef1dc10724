using RnnJit.Ir;
using RnnJit.Planning;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Planning;

/// <summary>The bounds of one kernel, met and exceeded by one.</summary>
public class FuseTests
{
    [TestCase(Fuse.MostInputs, 1)]
    [TestCase(Fuse.MostInputs + 1, 2)]
    public void A_kernel_reads_at_most_so_many_inputs(int inputs, int kernels)
    {
        string[] names = [.. Enumerable.Range(0, inputs).Select(i => "a" + i)];
        Assert.That(Kernels(names, [], "a0", names[1..]), Is.EqualTo(kernels));
    }

    [TestCase(Fuse.MostOperations, 1)]
    [TestCase(Fuse.MostOperations + 1, 2)]
    public void A_kernel_has_at_most_so_many_operations(int operations, int kernels) =>
        Assert.That(Kernels(["a"], [], "a", [.. Enumerable.Repeat("a", operations)]), Is.EqualTo(kernels));

    // What sinks into a kernel takes the place of the value that it makes, so the second one has room too.
    [Test]
    public void Work_that_sinks_takes_the_place_of_its_value()
    {
        string[] rest = [.. Enumerable.Range(0, Fuse.MostInputs - 4).Select(i => "a" + i)];
        Assert.That(Kernels(["x", "y", .. rest], ["m = contract[ab,cb->ac] x, W", "v = tanh x", "w = tanh y"], "m", ["v", "w", .. rest]),
            Is.EqualTo(1));
    }

    // A chain of additions from a first value.
    private static int Kernels(string[] inputs, string[] before, string first, string[] added)
    {
        string ports = string.Concat(inputs.Select(name => $"  input {name}: f32[B, H]\n")), last = first;
        var lines = new List<string>(before);
        for (int i = 0; i < added.Length; i++)
        {
            lines.Add($"s{i} = add {last}, {added[i]}");
            last = "s" + i;
        }

        Graph graph = Parser.Parse(
            $"program P\n{ports}  parameter W: f32[H, H]\n{string.Concat(lines.Select(line => $"  {line}\n"))}  return y = {last}\n");
        return Fuse.Run(graph).Ops.OfType<ScheduledKernel>().Count();
    }
}
