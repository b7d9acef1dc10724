using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Regularisation inside the recurrence stays on compiled kernels and agrees with the oracle, forward and backward, masks given.</summary>
public class TransformTests
{
    private static readonly Dictionary<string, Func<CellDefinition, CellDefinition>> Transforms = new()
    {
        ["zoneout"] = cell => cell.WithZoneout(0.1),
        ["variational dropout"] = cell => cell.WithVariationalDropout(0.2, 0.3),
        ["recurrent dropout"] = cell => cell.WithRecurrentDropout(0.25),
        ["DropConnect"] = cell => cell.WithDropConnect(0.5),
        ["weight norm"] = cell => cell.WithWeightNorm(),
        ["layer norm of products"] = cell => cell.WithLayerNorm(epsilon: 0.1),
        ["layer norm of preactivations"] = cell => cell.WithLayerNorm(LayerNormForm.Preactivations, epsilon: 0.1),
        ["all together"] = cell => cell.WithWeightNorm().WithDropConnect(0.5).WithLayerNorm(epsilon: 0.1).WithVariationalDropout(0.1, 0.1).WithZoneout(0.1),
    };

    private static readonly Type[] Cells = [typeof(Lstm), typeof(GruResetAfter)];

    private static IEnumerable<string> Names => Transforms.Keys;

    [Test, Combinatorial]
    public void A_transformed_cell_is_compiled_and_agrees_with_the_oracle(
        [ValueSource(nameof(Cells))] Type type, [ValueSource(nameof(Names))] string name, [Values] bool lengths)
    {
        var program = new CellProgram(Transforms[name](CellTracer.Trace(type)), lengths, Reverse: lengths);
        Graph graph = program.Build();
        Dictionary<string, int> sizes = program.Sizes(steps: 5, batch: 4);
        Dictionary<string, NdArray> data = CellProgram.Draw(graph, sizes), expected = Interpreter.Run(graph, data, sizes);
        foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
        {
            using Executable executable = CellProgram.Create(graph, sizes, threads: 2, real);
            Assert.That(executable.Plan.Select(line => line.Provider), Has.None.EqualTo("interpreted"));
            Assert.That(executable.Plan.Select(line => line.Text), Has.None.Contains("interpreted"));
            Dictionary<string, NdArray> found = CellProgram.Run(executable, data);
            foreach (var (output, value) in expected)
                Assert.That(Bits.Distance(found[output], value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12), $"{output}, {real}");
        }
    }
}
