using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Tests.Verification;
using RnnJit.Text;
using RnnJit.Verify;

namespace RnnJit.Tests.Ops;

/// <summary>The contract of every op of the table. An op without a sample fails.</summary>
public class OpContractTests
{
    private static IEnumerable<string> Names => OpTable.Names.Where(name => name is not ("scan" or "foreach"));

    [TestCaseSource(nameof(Names))]
    public void Gradients_agree_with_differences(string op)
    {
        OpSample[] samples = Samples(op);
        foreach (OpSample sample in samples.Where(sample => sample.Op != "detach"))
        {
            TestContext.Out.WriteLine(sample.Text);
            Derivatives.Check(Parser.Parse(sample.Text), sample.Smooth);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void The_text_form_reads_back_and_verifies(string op)
    {
        foreach (OpSample sample in Samples(op))
        {
            Graph graph = Parser.Parse(sample.Text);
            Assert.That(graph.Nodes.Select(node => node.Op.Name), Does.Contain(op));
            Assert.That(Parser.Parse(graph.ToString()), Is.EqualTo(graph));
            Assert.That(() => Verifier.Check(graph), Throws.Nothing);

            var (program, inputs) = Derivatives.WithLoss(graph);
            Graph gradient = Differentiate.Run(program, "loss", inputs);
            Assert.That(Parser.Parse(gradient.ToString()), Is.EqualTo(gradient));
            Assert.That(() => Verifier.Check(gradient), Throws.Nothing);
        }
    }

    [Test]
    public void Nothing_flows_through_detach()
    {
        foreach (OpSample sample in Samples("detach"))
        {
            var (program, _) = Derivatives.WithLoss(Parser.Parse(sample.Text));
            Dictionary<string, NdArray> results =
                Interpreter.Run(Differentiate.Run(program, "loss", ["x"]), Derivatives.Draw(program), Derivatives.SizesOf(program));
            Assert.That(results["d_x"].Data, Is.All.Zero);
            Assert.That(results["loss"].Data[0], Is.Not.Zero);
        }
    }

    [TestCaseSource(typeof(ScanSamples), nameof(ScanSamples.All))]
    public void Gradients_of_scans_agree_with_differences(string text) => Derivatives.Check(Parser.Parse(text), second: true);

    [TestCaseSource(typeof(ScanSamples), nameof(ScanSamples.All))]
    public void Scans_read_back_and_verify(string text)
    {
        var (program, inputs) = Derivatives.WithLoss(Parser.Parse(text));
        Graph gradient = Differentiate.Run(program, "loss", inputs);
        Assert.That(Parser.Parse(gradient.ToString()), Is.EqualTo(gradient));
        Assert.That(() => Verifier.Check(gradient), Throws.Nothing);
    }

    private static OpSample[] Samples(string op)
    {
        OpSample[] samples = OpSample.All.Where(sample => sample.Op == op).ToArray();
        Assert.That(samples, Is.Not.Empty, $"'{op}' has no sample (add one to OpSample)");
        return samples;
    }
}
