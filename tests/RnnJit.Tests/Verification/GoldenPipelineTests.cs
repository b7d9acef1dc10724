using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Verification;
using RnnJit.Verify;

namespace RnnJit.Tests.Verification;

/// <summary>The passes against the reference data: what they make of each program verifies after every stage and computes the
/// same.</summary>
public class GoldenPipelineTests
{
    private static IEnumerable<TestCaseData> Cases => GoldenFiles.All;

    [TestCaseSource(nameof(Cases))]
    public void Optimised_programs_agree(string file)
    {
        var lines = new List<string>();
        GoldenSummary summary = GoldenRunner.Run([Path.Combine(ReferenceData.Folder, file)], new Optimised(), ElementType.F64, lines.Add);

        Assert.That(summary.Failed, Is.Zero, string.Join("\n", lines));
        if (summary.Skipped > 0)
            Assert.Ignore(string.Join("\n", lines));
    }

    private sealed class Optimised : IGoldenBackend
    {
        // A training case runs the same two programs at every step.
        private readonly Dictionary<Graph, Graph> optimised = new(ReferenceEqualityComparer.Instance);

        public string Name => "passes";

        public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
        {
            if (!optimised.TryGetValue(program, out Graph? found))
                optimised[program] = found = Pipeline.Run(program, after: (_, graph) => Verifier.Check(graph));
            return Interpreter.Run(found, inputs);
        }
    }
}
