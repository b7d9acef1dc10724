using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>Keras' and TensorFlow Lite Micro's own expectations on every backend.</summary>
public class KerasTests
{
    private static readonly IGoldenBackend[] Backends = [new GoldenInterpreter(), new ExecutableBackend(Device.Scalar),
        new ExecutableBackend(Device.Cpu)];

    private static string Keras => Path.Combine(ReferenceData.Folder, "keras", "keras_rnn_cases.json");

    private static string Tflite => Path.Combine(ReferenceData.Folder, "tflite", "lstm_2x3x2_float.json");

    [Test, Combinatorial]
    public void All_cases_of_keras_agree([Values(0, 1, 2)] int backend, [Values(ElementType.F32, ElementType.F64)] ElementType precision)
    {
        var lines = new List<string>();
        GoldenSummary summary = KerasRunner.Run([Keras], Backends[backend], precision, lines.Add);
        Assert.That(summary, Is.EqualTo(new GoldenSummary(38, 0, 0)), string.Join("\n", lines));
    }

    [Test, Combinatorial]
    public void Both_cases_of_tflite_agree([Values(0, 1, 2)] int backend, [Values(ElementType.F32, ElementType.F64)] ElementType precision)
    {
        var lines = new List<string>();
        GoldenSummary summary = TfliteRunner.Run([Tflite], Backends[backend], precision, lines.Add);
        Assert.That(summary, Is.EqualTo(new GoldenSummary(2, 0, 0)), string.Join("\n", lines));
    }

    [Test]
    public void Another_initialiser_merge_or_clip_is_noticed()
    {
        using var folder = new TemporaryFolder();
        string keras = Edited(folder, Keras, "\"merge_mode\":\"ave\"", "\"merge_mode\":\"sum\""),
            reset = Edited(folder, Keras, "\"reset_after\":false", "\"reset_after\":true");
        string tflite = Edited(folder, Tflite, "\"cellClip\": 6", "\"cellClip\": 7");
        Assert.That(KerasRunner.Run([keras], Backends[0], ElementType.F64, _ => { }), Is.EqualTo(new GoldenSummary(37, 1, 0)));
        Assert.That(KerasRunner.Run([reset], Backends[0], ElementType.F64, _ => { }), Is.EqualTo(new GoldenSummary(37, 1, 0)));
        Assert.That(TfliteRunner.Run([tflite], Backends[0], ElementType.F64, _ => { }), Is.EqualTo(new GoldenSummary(1, 1, 0)));
    }

    [Test]
    public void What_is_not_known_is_skipped_and_says_why()
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string>();
        GoldenSummary summary = KerasRunner.Run([Edited(folder, Keras, "\"merge_mode\":\"ave\"", "\"merge_mode\":\"max\"")], Backends[0],
            ElementType.F64, lines.Add);
        Assert.That(summary.Skipped, Is.EqualTo(1));
        Assert.That(lines, Has.One.EqualTo("bidirectional_test.test_correctness 2  SKIP merge_mode 'max' has no program here"));
    }

    [Test]
    public void A_file_that_is_no_json_fails()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("broken.json");
        File.WriteAllText(path, "[1,");
        Assert.That(KerasRunner.Run([path], Backends[0], ElementType.F64,
            line => Assert.That(line, Does.StartWith("broken  FAIL The file is no JSON"))), Is.EqualTo(new GoldenSummary(0, 1, 0)));
        Assert.That(TfliteRunner.Run([path], Backends[0], ElementType.F64,
            line => Assert.That(line, Does.StartWith("broken  FAIL The file is no JSON"))), Is.EqualTo(new GoldenSummary(0, 1, 0)));
    }

    // Keras (keras.layers.RNN, keras.backend.rnn): a masked step keeps the states, its output is that of the
    // step before, and 0 where there is none.
    [Test, Combinatorial]
    public void Masked_steps_before_the_first_that_counts_keep_the_initial_state_and_give_0([Values(0, 1, 2)] int backend,
        [Values] bool backwards, [Values] bool sequences)
    {
        double[] x = [0.5, -1, 2, 0.25, 1, 0.75, -0.5, 1.5, 0.3, 0.6, 0.9, 1.2], initial = [0.8, -0.6, 0.4];
        bool[] mask = [false, true, false, true, true, false, false, false, false, false, false, false];
        var expected = new List<double>();
        for (int row = 0; row < 3; row++)
        {
            double h = initial[row], y = 0;
            for (int i = 0; i < 4; i++)
            {
                int at = (row * 4) + (backwards ? 3 - i : i);
                if (mask[at])
                    y = h = Math.Tanh((0.7 * x[at]) - (0.9 * h) + 0.1);
                if (sequences || i == 3)
                    expected.Add(y);
            }
        }

        using var folder = new TemporaryFolder();
        GoldenSummary Check(double[] wanted)
        {
            string path = folder.File(Guid.NewGuid() + ".json");
            File.WriteAllText(path, System.Text.Json.JsonSerializer.Serialize(new[] { new
            {
                test = "masked",
                layer = new
                {
                    @class = "SimpleRNN",
                    args = new[] { 1 },
                    kernel_initializer = new { constant = 0.7 },
                    recurrent_initializer = new { constant = -0.9 },
                    bias_initializer = new { constant = 0.1 },
                    go_backwards = backwards,
                    return_sequences = sequences,
                },
                sequence = new[] { new { call = new
                {
                    x = new { shape = new[] { 3, 4, 1 }, data = x },
                    mask = new { shape = new[] { 3, 4 }, data = mask },
                    initial_state = new[] { new { shape = new[] { 3, 1 }, data = initial } }
                } } },
                outputIndex = Array.Empty<int>(),
                expected = new { shape = sequences ? new[] { 3, 4, 1 } : [3, 1], data = wanted },
                atol = 1e-6,
                rtol = 1e-6,
            }, }));
            var lines = new List<string>();
            GoldenSummary summary = KerasRunner.Run([path], Backends[backend], ElementType.F64, lines.Add);
            TestContext.Out.WriteLine(string.Join("\n", lines));
            return summary;
        }

        Assert.That(Check([.. expected]), Is.EqualTo(new GoldenSummary(1, 0, 0)));
        expected[^1] = initial[2];
        Assert.That(Check([.. expected]), Is.EqualTo(new GoldenSummary(0, 1, 0)), "a row that never runs does not give its initial state");
    }

    private static string Edited(TemporaryFolder folder, string file, string from, string to)
    {
        string text = File.ReadAllText(file), edited = text.Replace(from, to, StringComparison.Ordinal);
        Assert.That(edited, Is.Not.EqualTo(text));
        string path = folder.File(Guid.NewGuid() + ".json");
        File.WriteAllText(path, edited);
        return path;
    }
}
