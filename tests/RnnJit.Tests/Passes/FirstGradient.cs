using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Text;

namespace RnnJit.Tests.Passes;

public class FirstGradient
{
    [TestCase(false, 1)]
    [TestCase(true, 2)]
    public void Lstm(bool lengths, int order)
    {
        CellDefinition cell = CellTracer.Trace(typeof(Lstm));
        TestContext.Out.WriteLine(cell);
        var b = new GraphBuilder();
        var inputs = new Dictionary<string, Value>();
        inputs["x"] = b.Input("x", new TensorType(ElementType.F32, "T", "B", "X"));
        inputs["h"] = b.Input("h", new TensorType(ElementType.F32, "B", "H"));
        inputs["c"] = b.Input("c", new TensorType(ElementType.F32, "B", "H"));
        foreach (var p in cell.Parameters)
            inputs[p.Name] = b.Input(p.Name, p.Type, PortRole.Parameter);
        Value? len = lengths ? b.Input("len", new TensorType(ElementType.I32, "B")) : null;
        Value dy = b.Input("dy", new TensorType(ElementType.F32, "T", "B", "H"));
        var (finals, seqs) = CellScan.Apply(b, cell, inputs, "T", reverse: lengths, lengths: len);
        Value loss = Rnn.Total(seqs["h"] * dy) + Rnn.Total(finals[1] * finals[1]);
        Graph g = b.Build("program", "test", [("loss", loss, OutputRole.Result)]);
        string text = g.ToString();
        Assert.That(Parser.Parse(text), Is.EqualTo(g));
        Graph d = Differentiate.Run(g, "loss", ["x", "Wi", "Uf", "h", "c"]);
        string target = "loss";
        if (order == 2)
        {
            // loss2 = sum of squares of d_Uf
            var b2 = new GraphBuilder();
            Value[] ins = d.Inputs.Select(p => b2.Input(p.Name, p.Type, p.Role)).ToArray();
            Value[] vs = b2.Inline(d, ins);
            Value du = vs[d.Outputs[d.OutputIndex("d_Uf")].Value];
            d = b2.Build("program", "second", [("loss2", Rnn.Total(du * du), OutputRole.Result)]);
            g = d;
            target = "loss2";
            d = Differentiate.Run(d, "loss2", ["x", "Wi", "Uf", "h", "c"]);
        }
        Assert.That(Parser.Parse(d.ToString()), Is.EqualTo(d));
        TestContext.Out.WriteLine(d);
        var rng = new Random(1);
        var sizes = new Dictionary<string, int> { ["T"] = 3, ["B"] = 3, ["H"] = 2, ["X"] = 2 };
        var data = g.Inputs.ToDictionary(p => p.Name, p => { var a = new NdArray(p.Type.Dims.Select(x => x.Evaluate(sizes)).ToArray()); for (int i = 0; i < a.Length; i++) a.Data[i] = p.Name == "len" ? i : rng.NextDouble() - 0.5; return a; });
        var grads = Interpreter.Run(d, data, sizes);
        foreach (string name in new[] { "x", "Wi", "Uf", "h", "c" })
        {
            for (int i = 0; i < data[name].Length; i++)
            {
                double old = data[name].Data[i], eps = 1e-3;
                double F(double e) { data[name].Data[i] = old + e; double v = Interpreter.Run(g, data, sizes)[target].Data[0]; data[name].Data[i] = old; return v; }
                double fd = (8 * (F(eps) - F(-eps)) - (F(2 * eps) - F(-2 * eps))) / (12 * eps);
                Assert.That(grads["d_" + name].Data[i], Is.EqualTo(fd).Within(1e-6 * Math.Abs(fd) + 1e-9), name + i);
            }
        }
    }
}
