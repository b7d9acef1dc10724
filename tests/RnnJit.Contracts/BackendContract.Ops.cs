using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Tests.Ops;
using RnnJit.Tests.Verification;
using RnnJit.Text;

namespace RnnJit.Contracts;

// Every op, scans in all forms, and random Programs.
public abstract partial class BackendContract
{
    protected static IEnumerable<string> OpNames => OpTable.Names.Where(name => name is not ("scan" or "foreach"));

    /// <summary>Random Programs that are compared.</summary>
    protected virtual int RandomPrograms => 60;

    [TestCaseSource(nameof(OpNames))]
    public void Op_and_gradient(string op)
    {
        foreach (OpSample sample in OpSample.All.Where(sample => sample.Op == op))
        {
            TestContext.Out.WriteLine(sample.Text);
            CheckGradient(Parser.Parse(sample.Text));
        }
    }

    [TestCaseSource(typeof(ScanSamples), nameof(ScanSamples.All))]
    public void Scans(string text) => CheckGradient(Parser.Parse(text));

    [Test]
    public void Random_programs_agree()
    {
        var wrong = new List<string>();
        for (int seed = 0; seed < RandomPrograms; seed++)
        {
            GraphCase given = RandomGraphs.Of(seed);
            try
            {
                Subject.CheckRounding(given.Program, given.Sizes, given.Draw(0));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                wrong.Add($"seed {seed}: {e.Message}");
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    // Single ops may be left to the host; their numbers count.
    private void CheckGradient(Graph graph)
    {
        graph = GraphMapper.WithPrecision(graph, ElementType.F64);
        var (program, inputs) = Derivatives.WithLoss(graph);
        Graph gradient = Differentiate.Run(program, "loss", inputs);
        ContractBackend numbers = Subject with { Compiles = false, Runs = [(1, ElementType.F64)] };
        numbers.Check(graph, Derivatives.SizesOf(graph), Derivatives.Draw(graph));
        numbers.Check(gradient, Derivatives.SizesOf(gradient), Derivatives.Draw(gradient));
    }
}
