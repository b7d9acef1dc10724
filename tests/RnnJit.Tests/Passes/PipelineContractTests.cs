using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Tests.Cells;
using RnnJit.Tests.Ops;
using RnnJit.Tests.Verification;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Tests.Passes;

/// <summary>The passes keep what a program computes: first and second derivatives of every op, scan and cell, after each stage.</summary>
public class PipelineContractTests
{
    private static IEnumerable<TestCaseData> Programs =>
    [
        .. OpSample.All.Select((sample, i) => new TestCaseData(Parser.Parse(sample.Text)).SetArgDisplayNames($"{sample.Op} {i}")),
        .. ScanSamples.All.Select(
            (sample, i) => new TestCaseData(Parser.Parse((string)sample.Arguments[0]!)).SetArgDisplayNames("scan " + i)),
        .. CellContractTests.All.SelectMany(cell => new[] { false, true }.Select(reverse =>
            new TestCaseData(CellContractTests.Applied(cell, reverse, lengths: reverse))
                .SetArgDisplayNames(cell.Name + (reverse ? " reverse" : "")))),
    ];

    [TestCaseSource(nameof(Programs))]
    public void Every_stage_keeps_the_results(Graph graph)
    {
        var (loss, inputs) = Derivatives.WithLoss(graph);
        Graph first = Differentiate.Run(loss, "loss", inputs);
        Keeps(first);
        var (nested, all) = Derivatives.WithLoss(first, Enumerable.Range(1, inputs.Length).ToArray());
        Keeps(Differentiate.Run(nested, "loss", all));
    }

    // Passes change the order of sums of at most some hundred numbers near 1: 1e-12 of the largest.
    private static void Keeps(Graph program)
    {
        Dictionary<string, NdArray> inputs = Derivatives.Draw(program),
            wanted = Interpreter.Run(program, inputs, Derivatives.SizesOf(program));
        Pipeline.Run(program, after: (stage, graph) =>
        {
            Assert.That(() => Verifier.Check(graph), Throws.Nothing, stage);
            Assert.That(Parser.Parse(graph.ToString()), Is.EqualTo(graph), stage);
            Dictionary<string, NdArray> found = Interpreter.Run(graph, inputs, Derivatives.SizesOf(program));
            Assert.That(found.Keys, Is.EquivalentTo(wanted.Keys), stage);
            foreach (var (name, tensor) in wanted)
            {
                double tolerance = 1e-12 * tensor.Data.Select(Math.Abs).Append(1).Max();
                Assert.That(found[name].Shape, Is.EqualTo(tensor.Shape), $"{name} after {stage}");
                for (int i = 0; i < tensor.Length; i++)
                {
                    // Not Assert.That on each element: there are many.
                    if (!(Math.Abs(found[name].Data[i] - tensor.Data[i]) <= tolerance))
                        Assert.Fail($"{name}[{i}] is {found[name].Data[i]:R} after {stage}, was {tensor.Data[i]:R}");
                }
            }
        });
    }
}
