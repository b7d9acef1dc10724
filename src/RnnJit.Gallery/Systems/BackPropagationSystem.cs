using System.Globalization;
using RnnJit.Cells;
using RnnJit.Charts;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Randomness;
using RnnJit.Runtime;
using RnnJit.Text;
using static RnnJit.Rnn;

namespace RnnJit.Gallery.Systems;

/// <summary>
/// The lecture's scalar network; zp, hp, rp and yp are 0 and added to z, h, r and y, so that their derivatives are those of the
/// activations.
/// </summary>
[RnnCell]
public static partial class ScalarNetwork
{
    public static (Value h, Value y) Step(Value x, Value zp, Value hp, Value rp, Value yp, Value h, Matrix u, Matrix w, Matrix v)
    {
        var z = u * x + w * h + zp;
        var next = Tanh(z) + hp;
        var r = v * next + rp;
        return (next, Tanh(r) + yp);
    }
}

/// <summary>Backpropagation through time by the lecture's formulas beside the derived graph.</summary>
internal sealed class BackPropagationSystem : IGallerySystem
{
    private const double Allowed = 1e-12;

    private static readonly string[] Activations = ["yp", "rp", "hp", "zp"], Parameters = ["layer.u", "layer.w", "layer.v"];

    public SystemFacts Facts { get; } = new(
        "bptt-by-hand", "many to many, aligned", "the lecture's formulas of backpropagation through time, and the same from the "
            + "derived graph",
        "lecture A, backpropagation through time", "equal to rounding");

    public GalleryReport Run(GalleryContext context)
    {
        var (steps, networks) = context.Quick ? (5, 2) : (20, 50);
        Graph derived = Differentiate.Run(Network().Build(), "loss", [.. Activations, .. Parameters]);
        double oracle = 0, kernels = 0, without = double.PositiveInfinity;
        for (int i = 0; i < networks * context.Seeds; i++)
        {
            context.Report("networks", (double)i / (networks * context.Seeds));
            ScalarCase drawn = ScalarCase.Draw(steps, new RandomStream((ulong)i + 1));
            Dictionary<string, double[]> wanted = drawn.Gradients(throughTime: true), graph = Interpreted(derived, drawn);
            oracle = Math.Max(oracle, Difference(wanted, graph));
            kernels = Math.Max(kernels, Difference(wanted, Compiled(derived, drawn, context.Threads)));
            without = Math.Min(without, Difference(drawn.Gradients(throughTime: false), graph));
        }

        var report = new GalleryReport();
        report.Add(
            Figure.AtMost("largest difference, interpreter", Allowed, oracle),
            Figure.AtMost("largest difference, kernels in float64", Allowed, kernels),
            Figure.AtLeast("least difference without the term through time", 1e6 * Allowed, without));
        SideBySide(report, derived);
        report.Equations(CellRegistry.Find(typeof(ScalarNetwork)));
        report.Code("The derived graph", Printer.PrintNamed(derived));
        report.Kernels(derived);
        return report;
    }

    private static NetworkBuilder Network()
    {
        var net = new NetworkBuilder("ScalarNetwork");
        Dim one = net.Size("H", 1);
        Value x = net.Input("x", "T", "B", 1), target = net.Input("target", "T", "B", 1);
        // z and h have the units' dimension, r and y that of the output.
        var given = Activations.ToDictionary(name => name, name => net.Input(name, "T", "B", name is "zp" or "hp" ? one : 1));
        var options = new RecurrentOptions { Given = given };
        Value error = net.Recurrent("layer", CellRegistry.Find(typeof(ScalarNetwork)), x, one, options).Output - target;
        net.Output("loss", 0.5 * Rnn.Total(error * error));
        return net;
    }

    private static Dictionary<string, double[]> Interpreted(Graph derived, ScalarCase drawn)
    {
        var given = derived.Inputs.ToDictionary(port => port.Name, port => drawn.Input(port));
        return Interpreter.Run(derived, given, new Dictionary<string, int> { ["H"] = 1 })
            .ToDictionary(pair => pair.Key, pair => pair.Value.Data);
    }

    private static Dictionary<string, double[]> Compiled(Graph derived, ScalarCase drawn, int threads)
    {
        var sizes = new Dictionary<string, int> { ["T"] = drawn.X.Length, ["B"] = 1, ["H"] = 1 };
        using Executable run = Executable.Create(derived,
            new ExecutableOptions { Sizes = sizes, Precision = ElementType.F64, Threads = threads });
        foreach (Port port in derived.Inputs)
            run.Input(port.Name).Set(drawn.Input(port).Data);
        run.Run();
        return derived.Outputs.ToDictionary(output => output.Name, output => run.Output(output.Name).ToNdArray().Data);
    }

    private static double Difference(Dictionary<string, double[]> wanted, Dictionary<string, double[]> found) =>
        wanted.Max(pair => pair.Value.Zip(found[pair.Key], (a, b) => Math.Abs(a - b)).Max());

    // The network of seed 1 in five steps: each derivative by the formula and from the graph.
    private static void SideBySide(GalleryReport report, Graph derived)
    {
        ScalarCase drawn = ScalarCase.Draw(5, new RandomStream(1));
        Dictionary<string, double[]> loops = drawn.Gradients(throughTime: true), graph = Interpreted(derived, drawn);
        static string Text(double value) => value.ToString("0.000000000000000", CultureInfo.InvariantCulture);
        report.Paragraph(FormattableString.Invariant(
            $"z_t = u x_t + w h_{{t−1}}, h_t = tanh z_t, r_t = v h_t, y_t = tanh r_t, L = Σ ½ (y_t − target_t)².")
            + FormattableString.Invariant($" u = {drawn.U:0.0000}, w = {drawn.W:0.0000}, v = {drawn.V:0.0000}."));
        foreach (var (name, formula) in new[]
        {
            ("yp", "ȳ_t = ∂L/∂y_t = y_t − target_t"), ("rp", "r̄_t = ȳ_t φ′(r_t)"), ("hp", "h̄_t = r̄_t v + z̄_{t+1} w"),
            ("zp", "z̄_t = h̄_t φ′(z_t)"),
        })
        {
            report.Table(formula, ["t", "formula", "derived graph"],
                loops["d_" + name].Select((value, t) => (string[])[$"{t + 1}", Text(value), Text(graph["d_" + name][t])]));
        }

        report.Table("Parameters", ["derivative", "formula", "derived graph"],
            new[] { ("ū = Σ z̄_t x_t", "u"), ("w̄ = Σ z̄_{t+1} h_t", "w"), ("v̄ = Σ r̄_t h_t", "v") }
            .Select(row => (string[])[row.Item1, Text(loops["d_layer." + row.Item2][0]), Text(graph["d_layer." + row.Item2][0])]));
        var chart = new LineChart
        {
            Title = "Derivatives of the activations", XLabel = "time step", YLabel = "derivative of the loss", Height = 360, Markers = true,
        };
        foreach (var (name, symbol) in new[] { ("yp", "y"), ("rp", "r"), ("hp", "h"), ("zp", "z") })
            chart.Add(symbol, loops["d_" + name]);
        report.Picture("derivatives", "The network of seed 1 in five steps", chart);
    }
}
