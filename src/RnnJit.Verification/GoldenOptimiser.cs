using System.Text.Json;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Training;

namespace RnnJit.Verification;

/// <summary>Trains a small LSTM with a linear head for some steps: losses, gradient norms, rates and parameters are compared.</summary>
internal sealed class GoldenOptimiser
{
    private readonly GoldenCase given;
    private readonly IGoldenBackend backend;
    private readonly Optimiser optimiser;
    private readonly Graph gradient;
    private readonly Graph step;
    private readonly Dictionary<string, NdArray> parameters;
    private readonly Dictionary<string, Dictionary<string, NdArray>> states;

    private GoldenOptimiser(GoldenCase given, IGoldenBackend backend, ElementType real)
    {
        this.given = given;
        this.backend = backend;
        optimiser = GoldenTraining.Optimiser(given);
        step = optimiser.Build(real);
        gradient = Differentiate.Run(Loss(given, real), "loss", given.Params.Keys.ToArray());
        parameters = given.Params.ToDictionary(pair => pair.Key, pair => pair.Value);
        states = parameters.ToDictionary(pair => pair.Key,
            pair => optimiser.States.ToDictionary(name => name, _ => Filled(Rows(pair.Value).Shape, optimiser.StateStart)));
    }

    public static GoldenComparison Run(GoldenCase given, IGoldenBackend backend, ElementType real) =>
        new GoldenOptimiser(given, backend, real).Run(real);

    private GoldenComparison Run(ElementType real)
    {
        JsonElement results = GoldenComparison.Results(given, real), after = GoldenReader.Member(results, "paramsAfterStep");
        double[] losses = Series(results, "losses"), norms = Series(results, "gradNormBeforeClip"), rates = Series(results, "lr");
        double? clip = GoldenTraining.Option(given.Config, "clipGradNorm");
        ILearningRate schedule = GoldenTraining.Schedule(given);
        double spread = Spread();
        var comparison = new GoldenComparison(real, _ => spread);
        for (int k = 0; k < losses.Length; k++)
        {
            IReadOnlyDictionary<string, NdArray> found = backend.Run(gradient, Inputs());
            double norm = Math.Sqrt(parameters.Keys.SelectMany(name => found["d_" + name].Data).Sum(element => element * element));
            comparison.Add("loss " + (k + 1), losses[k], found["loss"].Data[0]);
            comparison.Add("gradient norm " + (k + 1), norms[k], norm);
            comparison.Add("learning rate " + (k + 1), rates[k], schedule.At(k));
            foreach (string name in given.Params.Keys)
                Update(name, found["d_" + name], k + 1, schedule.At(k), clip is { } bound ? GradientNorm.Scale(norm, bound) : 1);
            if (!after.TryGetProperty((k + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), out _))
                continue;
            foreach (var (name,
                expected) in GoldenReader.Tensors(after, (k + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)))
                comparison.Add($"{name} after step {k + 1}", expected, parameters[name]);
        }

        return comparison;
    }

    private double[] Series(JsonElement results, string name)
    {
        double[] series = GoldenReader.Doubles(GoldenReader.Member(results, name), name);
        return series.Length == given.Number("steps")
            ? series
            : throw new GoldenException($"'{name}' has {series.Length} numbers, wanted one for each of {given.Number("steps")} steps");
    }

    private Dictionary<string, NdArray> Inputs() => given.Inputs.Concat(parameters).ToDictionary(pair => pair.Key, pair => pair.Value);

    private void Update(string name, NdArray slope, int number, double rate, double scale)
    {
        var inputs = new Dictionary<string, NdArray>(
            states[name])
        { ["p"] = Rows(parameters[name]), ["g"] = Rows(slope), ["scale"] = NdArray.Scalar(scale) };
        var scalars = new double[optimiser.Scalars.Count];
        optimiser.SetScalars(scalars, number, rate);
        for (int i = 0; i < scalars.Length; i++)
            inputs[optimiser.Scalars[i]] = NdArray.Scalar(scalars[i]);
        IReadOnlyDictionary<string, NdArray> next = backend.Run(step, inputs);
        parameters[name] = next["p"].Reshape(parameters[name].Shape);
        foreach (string state in optimiser.States)
            states[name][state] = next[state];
    }

    // Rows collapsed: a vector is one row.
    private static NdArray Rows(NdArray x) => x.Rank == 1 ? x.Reshape(1, x.Length) : x.Reshape(x.Length / x.Shape[^1], x.Shape[^1]);

    private static NdArray Filled(int[] shape, double value)
    {
        var filled = new NdArray(shape);
        Array.Fill(filled.Data, value);
        return filled;
    }

    // These cases state no spread; it is read off their two results.
    private double Spread()
    {
        double Widest(IEnumerable<double> a, IEnumerable<double> b) => a.Zip(b, (x, y) => Math.Abs(x - y)).DefaultIfEmpty(0).Max();
        JsonElement wide = GoldenComparison.Results(given, ElementType.F64), narrow = GoldenComparison.Results(given, ElementType.F32);
        double spread = Math.Max(Widest(Series(wide, "losses"), Series(narrow, "losses")),
            Widest(Series(wide, "gradNormBeforeClip"), Series(narrow, "gradNormBeforeClip")));
        JsonElement wideAfter = GoldenReader.Member(wide, "paramsAfterStep"), narrowAfter = GoldenReader.Member(narrow, "paramsAfterStep");
        foreach (string key in wideAfter.EnumerateObject().Select(member => member.Name))
        {
            Dictionary<string, NdArray> others = GoldenReader.Tensors(narrowAfter, key);
            spread = GoldenReader.Tensors(wideAfter, key)
                .Select(pair => others.TryGetValue(pair.Key, out NdArray? other) ? Widest(pair.Value.Data, other.Data) : 0).Append(spread)
                .Max();
        }

        return spread;
    }

    // y = V · LSTM(x) + d, mean squared error over all elements.
    private static Graph Loss(GoldenCase given, ElementType real)
    {
        Dim t = "T", b = "B", i = "I", h = "H", o = "O";
        var graph = new GoldenGraph(given, real);
        var inputs = new Dictionary<string, Value> { ["x"] = graph.Input("x", t, b, i) };
        Value target = graph.Input("target", t, b, o);
        Value w = graph.Parameter("weight_ih_l0", 4 * h, i), u = graph.Parameter("weight_hh_l0", 4 * h, h);
        Value bias = graph.Parameter("bias_ih_l0", 4 * h), recurrent = graph.Parameter("bias_hh_l0", 4 * h);
        Value v = graph.Parameter("out_w", o, h), d = graph.Parameter("out_b", o);
        foreach (var (gate, k) in ((string[])["i", "f", "g", "o"]).Select((gate, k) => (gate, k)))
        {
            inputs["W" + gate] = graph.Gate(w, k, h);
            inputs["U" + gate] = graph.Gate(u, k, h);
            inputs["b" + gate] = graph.Gate(bias, k, h) + graph.Gate(recurrent, k, h);
        }

        inputs["h"] = inputs["c"] = graph.Zeros(b, h);
        Value y = Rnn.Product(new Matrix(v), CellScan.Apply(graph.Builder, CellTracer.Trace(typeof(Lstm)), inputs, t).Sequences["h"]) + d;
        graph.Return("loss", Rnn.TotalMean((y - target) * (y - target)));
        return graph.Build();
    }
}
