using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>Keras' and TensorFlow Lite Micro's own expectations on every backend.</summary>
public class KerasTests
{
    private static readonly IGoldenBackend[] Backends = [new InterpreterBackend(), new ExecutableBackend(Backend.Scalar), new ExecutableBackend(Backend.Cpu)];

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
        string keras = Edited(folder, Keras, "\"merge_mode\":\"ave\"", "\"merge_mode\":\"sum\""), reset = Edited(folder, Keras, "\"reset_after\":false", "\"reset_after\":true");
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
        GoldenSummary summary = KerasRunner.Run([Edited(folder, Keras, "\"merge_mode\":\"ave\"", "\"merge_mode\":\"max\"")], Backends[0], ElementType.F64, lines.Add);
        Assert.That(summary.Skipped, Is.EqualTo(1));
        Assert.That(lines, Has.One.EqualTo("bidirectional_test.test_correctness 2  SKIP merge_mode 'max' has no program here"));
    }

    [Test]
    public void A_file_that_is_no_json_fails()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("broken.json");
        File.WriteAllText(path, "[1,");
        Assert.That(KerasRunner.Run([path], Backends[0], ElementType.F64, line => Assert.That(line, Does.StartWith("broken  FAIL The file is no JSON"))), Is.EqualTo(new GoldenSummary(0, 1, 0)));
        Assert.That(TfliteRunner.Run([path], Backends[0], ElementType.F64, line => Assert.That(line, Does.StartWith("broken  FAIL The file is no JSON"))), Is.EqualTo(new GoldenSummary(0, 1, 0)));
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
