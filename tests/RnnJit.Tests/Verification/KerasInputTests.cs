using RnnJit.Ir;
using RnnJit.Verification;

namespace RnnJit.Tests.Verification;

/// <summary>Forms of a case that files of Keras have, and damaged ones.</summary>
public class KerasInputTests
{
    // h = tanh(0.7 x − 0.9 h + 0.1), twice from h = 0.4.
    private const string Case = """
        [{"test": "small",
          "layer": {"class": "SimpleRNN", "args": [1], "kernel_initializer": {"constant": 0.7}, "recurrent_initializer": {"constant": -0.9}, "bias_initializer": {"constant": 0.1}},
          "sequence": [{"call": {"x": {"shape": [1, 2, 1], "data": [0.5, -1]}, "initial_state": STATE}}],
          "outputIndex": [],
          "expected": {"shape": [1, 1], "data": [EXPECTED]}}]
        """;

    private const string State = """{"shape": [1, 1], "data": [0.4]}""";

    private static readonly string Expected = Math.Tanh((0.7 * -1) - (0.9 * Math.Tanh((0.7 * 0.5) - (0.9 * 0.4) + 0.1)) + 0.1)
        .ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly string[][] Damages =
    [
        [State, "0.4", "'initial_state' is Number, wanted an array"],
        [State, $"[{State}, {State}]", "'initial_state' has 2 tensors, wanted 1: layer.h0 (give one for each state)"],
        [State, "[]", "'initial_state' has 0 tensors, wanted 1"],
        [State, """{"shape": [1, 1], "data": [0.4, 1]}""", "'initial_state' has the shape [1, 1] but 2 numbers"],
        [State, """{"shape": [2, 1], "data": [0.4, 1]}""", "'initial_state' of 'layer.h0' is [2, 1], wanted [1, 1]"],
        ["\"outputIndex\": []", "\"outputIndex\": 0", "'outputIndex' is Number, wanted an array"],
        ["\"outputIndex\": []", "\"outputIndex\": [7]", "'outputIndex' is 7, but the output is [1, 1]"],
        ["{\"call\":", "[{\"call\":", "no JSON"],
        ["\"args\": [1]", "\"args\": 1", "A layer names no units"],
        ["\"args\": [1]", "\"args\": [\"1\"]", "'args' contains '1', wanted a whole number"],
        ["\"SimpleRNN\"", "\"RNN\"", "'args' is Number, wanted an array"],
        ["\"SimpleRNN\"", "7", "'class' is no text"],
        ["\"layer\": {", "\"layer\": 3, \"other\": {", "'layer' is Number, wanted an object"],
        ["\"sequence\": [", "\"sequence\": [4, ", "'sequence' is Number, wanted an object"],
        ["\"sequence\"", "\"sequences\"", "'sequence' is missing"],
        ["{\"call\": {", "{\"call\": 5, \"other\": {", "'call' is Number, wanted an object"],
        ["\"initial_state\"", "\"mask\": {\"shape\": [1, 2], \"data\": [true]}, \"initial_state\"",
            "'mask' has the shape [1, 2] but 1 elements"],
        ["\"initial_state\"", "\"mask\": 3, \"initial_state\"", "'the case' is Number, wanted an object"],
        ["[1, 2, 1]", "[2, 1]", "'x' is [2, 1], wanted [batch, steps, width]"],
    ];

    [Test]
    public void An_initial_state_is_a_list_of_tensors_or_one_tensor([Values(State, $"[{State}]")] string state)
    {
        Assert.That(Run(Case.Replace("STATE", state), out string line), Is.EqualTo(new GoldenSummary(1, 0, 0)), line);
        Assert.That(Run(Case.Replace("STATE", state.Replace("0.4", "0.5")), out _), Is.EqualTo(new GoldenSummary(0, 1, 0)),
            "another state gives another result");
    }

    [TestCaseSource(nameof(Damages))]
    public void A_damaged_case_fails_with_a_sentence(string from, string to, string sentence)
    {
        string whole = Case.Replace("STATE", State), damaged = whole.Replace(from, to);
        Assert.That(damaged, Is.Not.EqualTo(whole));
        Assert.That(Run(damaged, out string line), Is.EqualTo(new GoldenSummary(0, 1, 0)));
        Assert.That(line, Does.Contain("FAIL").And.Contain(sentence));
    }

    private static GoldenSummary Run(string text, out string line)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("case.json"), text.Replace("EXPECTED", Expected));
        var lines = new List<string>();
        GoldenSummary summary = KerasRunner.Run([folder.File("case.json")], new GoldenInterpreter(), ElementType.F64, lines.Add);
        line = string.Join("\n", lines);
        return summary;
    }
}
