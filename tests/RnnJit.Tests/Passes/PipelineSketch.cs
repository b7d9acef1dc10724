using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Text;

namespace RnnJit.Tests.Passes;

public class PipelineSketch
{
    [TestCase("Lstm", false)]
    [TestCase("Lstm", true)]
    [TestCase("Gru", false)]
    [TestCase("Gru", true)]
    [TestCase("GruResetAfter", false)]
    [TestCase("Elman", true)]
    [TestCase("ElmanRelu", false)]
    public void Stages_keep_results(string name, bool lengths)
    {
        CellDefinition cell = CellTracer.Trace(typeof(Lstm).Assembly.GetType("RnnJit.Cells." + name)!);
        var b = new GraphBuilder();
        var inputs = new Dictionary<string, Value>();
        inputs["x"] = b.Input("x", new TensorType(ElementType.F32, "T", "B", "X"));
        foreach (var p in cell.States)
            inputs[p.Name] = b.Input(p.Name, p.Type);
        foreach (var p in cell.Parameters)
            inputs[p.Name] = b.Input(p.Name, p.Type, PortRole.Parameter);
        Value? len = lengths ? b.Input("len", new TensorType(ElementType.I32, "B")) : null;
        Value dy = b.Input("dy", new TensorType(ElementType.F32, "T", "B", "H"));
        var (finals, seqs) = CellScan.Apply(b, cell, inputs, "T", reverse: lengths, lengths: len);
        Value loss = Rnn.Total(seqs["h"] * dy);
        Graph g = b.Build("program", "test", [("y", seqs["h"], OutputRole.Result), ("hn", finals[0], OutputRole.Result), ("loss", loss, OutputRole.Result)]);
        Graph d = Differentiate.Run(g, "loss", [.. cell.Parameters.Select(p => p.Name), "x", "h"]);
        var rng = new Random(1);
        var sizes = new Dictionary<string, int> { ["T"] = 3, ["B"] = 4, ["H"] = 2, ["X"] = 3 };
        var data = g.Inputs.ToDictionary(p => p.Name, p => { var a = new NdArray(p.Type.Dims.Select(x => x.Evaluate(sizes)).ToArray()); for (int i = 0; i < a.Length; i++) a.Data[i] = p.Name == "len" ? i : rng.NextDouble() - 0.5; return a; });
        var expected = Interpreter.Run(d, data, sizes);
        string stage = "";
        Graph last = Pipeline.Run(d, after: (s, graph) =>
        {
            stage = s;
            if (TestContext.Parameters.Get("print", "") == s) TestContext.Out.WriteLine(Printer.PrintNamed(graph));
            Assert.That(Parser.Parse(graph.ToString()), Is.EqualTo(graph), s);
            var found = Interpreter.Run(graph, data, sizes);
            foreach (var (k, v) in expected)
                for (int i = 0; i < v.Length; i++)
                    Assert.That(found[k].Data[i], Is.EqualTo(v.Data[i]).Within(1e-12), s + " " + k);
        });
        TestContext.Out.WriteLine(Printer.PrintNamed(last));
    }
}
