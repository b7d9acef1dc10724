using System.Text.Json.Nodes;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>A Keras layer that goes backwards and returns its sequence: what it makes of the last step comes first. No
/// case of Keras' own has both.</summary>
public class KerasBackwardsTests
{
    private const double Kernel = 0.3, Recurrent = -0.4, Bias = 0.1;

    private static readonly IGoldenBackend[] Backends = [new GoldenInterpreter(), new ExecutableBackend(Device.Scalar),
        new ExecutableBackend(Device.Cpu)];

    // Two rows of three steps, and which steps count.
    private static readonly double[] X = [1, -2, 3, 0.5, 4, -1];

    private static readonly bool[] Mask = [true, false, true, false, true, true];

    [Test, Combinatorial]
    public void The_sequence_is_in_the_order_of_processing([Values(0, 1, 2)] int backend, [Values] bool masked, [Values] bool zeros)
    {
        Assert.That(Run(Backends[backend], masked, zeros, Made(X, masked, zeros, lastFirst: true)), Is.EqualTo(new GoldenSummary(1, 0, 0)));
        Assert.That(Run(Backends[backend], masked, zeros, Made(X, masked, zeros, lastFirst: false)), Is.EqualTo(new GoldenSummary(0, 1, 0)),
            "the order of time would be noticed");
    }

    [Test]
    public void Cells_on_top_of_each_other_go_backwards_together()
    {
        JsonObject layer = Layer("RNN");
        layer["args"] = new JsonArray(new JsonArray(Layer("SimpleRNNCell"), Layer("SimpleRNNCell")));
        layer["return_sequences"] = true;
        double[] wanted = Made(Made(X, masked: false, zeros: false, lastFirst: false), masked: false, zeros: false, lastFirst: true);
        Assert.That(Run(Backends[0], Case(layer, false, wanted, 2, 3, 1)), Is.EqualTo(new GoldenSummary(1, 0, 0)));
    }

    [Test]
    public void Inside_two_directions_it_is_skipped_and_says_why()
    {
        JsonObject inner = Layer("SimpleRNN"), layer = new() { ["class"] = "Bidirectional", ["args"] = new JsonArray(), ["layer"] = inner };
        var lines = new List<string>();
        Assert.That(Run(Backends[0], Case(layer, false, [0, 0, 0, 0], 2, 2), lines.Add), Is.EqualTo(new GoldenSummary(0, 0, 1)));
        Assert.That(lines, Has.One.EqualTo("backwards 1  SKIP 'go_backwards' inside Bidirectional has no program here"));
    }

    private static GoldenSummary Run(IGoldenBackend backend, bool masked, bool zeros, double[] expected)
    {
        JsonObject layer = Layer("SimpleRNN");
        layer["return_sequences"] = true;
        layer["zero_output_for_mask"] = zeros;
        return Run(backend, Case(layer, masked, expected, 2, 3, 1));
    }

    private static GoldenSummary Run(IGoldenBackend backend, JsonObject given, Action<string>? onLine = null)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("backwards.json");
        File.WriteAllText(path, new JsonArray(given).ToJsonString());
        return KerasRunner.Run([path], backend, ElementType.F64, onLine ?? (_ => { }));
    }

    private static JsonObject Layer(string kind) => new()
    {
        ["class"] = kind,
        ["args"] = new JsonArray(1),
        ["units"] = 1,
        ["go_backwards"] = true,
        ["kernel_initializer"] = new JsonObject { ["constant"] = Kernel },
        ["recurrent_initializer"] = new JsonObject { ["constant"] = Recurrent },
        ["bias_initializer"] = new JsonObject { ["constant"] = Bias },
    };

    private static JsonObject Case(JsonObject layer, bool masked, double[] expected, params int[] shape)
    {
        var call = new JsonObject { ["x"] = Tensor(X, 2, 3, 1) };
        if (masked)
            call["mask"] =
                new JsonObject { ["shape"] = Array([2, 3]), ["data"] = new JsonArray([.. Mask.Select(counts => (JsonNode)counts)]) };
        return new JsonObject
        {
            ["test"] = "backwards",
            ["layer"] = layer,
            ["sequence"] = new JsonArray(new JsonObject { ["call"] = call }),
            ["outputIndex"] = new JsonArray(),
            ["expected"] = Tensor(expected, shape),
        };
    }

    private static JsonObject Tensor(double[] data, params int[] shape) =>
        new() { ["shape"] = Array(shape), ["data"] = new JsonArray([.. data.Select(x => (JsonNode)x)]) };

    private static JsonArray Array(int[] numbers) => new([.. numbers.Select(number => (JsonNode)number)]);

    // x and mask are flipped in time, and h' = tanh(k x + r h + b) runs forwards; a masked step repeats the output before it, or gives 0.
    private static double[] Made(double[] x, bool masked, bool zeros, bool lastFirst)
    {
        double[] flipped = Flipped(x), y = new double[6];
        bool[] counts = [.. Mask.Chunk(3).SelectMany(row => row.Reverse())];
        for (int i = 0; i < 6; i++)
        {
            double h = i % 3 == 0 ? 0 : y[i - 1];
            y[i] = masked && !counts[i] ? h : Math.Tanh((Kernel * flipped[i]) + (Recurrent * h) + Bias);
        }

        y = masked && zeros ? [.. y.Select((h, i) => counts[i] ? h : 0)] : y;
        return lastFirst ? y : Flipped(y);
    }

    private static double[] Flipped(double[] rows) => [.. rows.Chunk(3).SelectMany(row => row.Reverse())];
}
