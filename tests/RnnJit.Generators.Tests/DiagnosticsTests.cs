using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Tests;

/// <summary>Each sentence stands at the marked place.</summary>
public class DiagnosticsTests
{
    private const string Head = "Value Step(Value x, Value h, Matrix W, Matrix U";

    private static IEnumerable<TestCaseData> Classes =>
    [
        Case("RNNJ001", "Cell 'C' has no static method 'Step' (write public static Value Step(Value x, Value h, …))",
            "[RnnCell] public static partial class [|C|] { public static Value Stop(Value h) => h; }"),
        Case("RNNJ004", "Cell 'C' is not partial (write public static partial class C)",
            "[RnnCell] public static class [|C|] { public static Value Step(Value h) => Tanh(h); }"),
        Case("RNNJ004", "Cell 'C' is neither static nor partial (write public static partial class C)",
            "[RnnCell] public class [|C|] { public static Value Step(Value h) => Tanh(h); }"),
        Case("RNNJ005", "Cell 'C' has type parameters, but a cell is one graph (leave them away)",
            "[RnnCell] public static partial class [|C|]<T> { public static Value Step(Value h) => Tanh(h); }"),
        Case("RNNJ005",
            "Cell 'C' lies in 'Outer', which is not partial (make 'Outer' partial without type parameters or move the cell out)",
            "public static class Outer { [RnnCell] public static partial class [|C|] { public static Value Step(Value h) => Tanh(h); } }"),
        Case("RNNJ005", "Cell 'C' has file scope, so no generated file can complete it (write public static partial class C)",
            "[RnnCell] file static partial class [|C|] { public static Value Step(Value h) => Tanh(h); }"),
        Case("RNNJ005",
            "Cell 'C' lies in 'Outer', which has file scope, so no generated file can complete it (make 'Outer' public or internal, "
                + "or move the cell out)",
            "file static partial class Outer { [RnnCell] public static partial class [|C|] { public static Value Step(Value h) => "
                + "Tanh(h); } }"),
        Case("RNNJ005", "Cell 'C': Step has type parameters, but a cell is one graph (leave them away)",
            "[RnnCell] public static partial class C { public static Value [|Step|]<T>(Value h) => Tanh(h); }"),
        Case("RNNJ006", "Cell 'C' has 2 methods 'Step' (keep one and name the others differently)",
            "[RnnCell] public static partial class C { public static Value Step(Value h) => Tanh(h); public static Value [|Step|](Value "
                + "h, Vector b) => Tanh(h + b); }"),
    ];

    private static IEnumerable<TestCaseData> Heads =>
    [
        Step("RNNJ002", "Cell 'C': Step returns float (return Value or a tuple of Values)", "float [|Step|](Value x) => 1;"),
        Step("RNNJ002", "Cell 'C': Step returns an element of type Matrix (return Value or a tuple of Values)",
            "(Value h, Matrix W) [|Step|](Value h, Matrix W) => (h, W);"),
        Step("RNNJ003", "Cell 'C': parameter 'name' is String (Value, Matrix, Vector, Tensor3, Indices, float, double or int)",
            "Value Step(Value h, string [|name|]) => h;"),
        Step("RNNJ003",
            "Cell 'C': parameter 'W' is Matrix[] (Value, Matrix, Vector, Tensor3, Indices, float, double or int; for an array write one "
                + "parameter for each element)",
            "Value Step(Value h, Matrix[] [|W|]) => h;"),
        Step("RNNJ003", "Cell 'C': parameter 'h' is passed by ref (pass it by value)", "Value Step(ref Value [|h|]) => h;"),
        Step("RNNJ010", "Cell 'C': Step has no Value parameter (write for instance Step(Value x, Value h, Matrix W))",
            "Value [|Step|](Vector b) => b;"),
        Step("RNNJ011", "Cell 'C': no returned element has the name of a Value parameter, found g, c (name the new state like the old one)",
            "(Value g, Value c) [|Step|](Value h) => (h, h);"),
        Step("RNNJ011",
            "Cell 'C': no returned element has the name of a Value parameter, found Item1, Item2 (name the new state like the old one)",
            "(Value, Value) [|Step|](Value h, Value c) => (h, c);"),
        Step("RNNJ014",
            "Cell 'C': 'onse' is no initialiser of 'b' (did you mean 'ones'? write glorot, orthogonal, identity, uniform, "
                + "uniform01, zeros, ones or a finite "
                + "number such as 0.1)",
            "Value Step(Value h, [Init(\"onse\")] Vector [|b|]) => Tanh(h + b);"),
        .. ((string[])["NaN", "Infinity", "-Infinity", "1e400", "3.5e38", " 1", "1\\n", "0x1", "1,5"]).Select(init => Step("RNNJ014",
            $"Cell 'C': '{init.Replace("\\n", "\n")}' is no initialiser of 'b' (write glorot, orthogonal, identity, uniform, uniform01, "
                + "zeros, "
                + "ones or a finite number such as 0.1)",
            $"Value Step(Value h, [Init(\"{init}\")] Vector [|b|]) => Tanh(h + b);")),
        Step("RNNJ018", "Cell 'C': 'b' has [Dims(H, X)], but a Vector has 1 to name (name 1)",
            "Value [|Step|](Value h, [Dims(\"H\", \"X\")] Vector b) => Tanh(h + b);"),
        Step("RNNJ018", "Cell 'C': 'h' has [Dims(B, H)], but a Value has 1 to name (name the last one only; the first is the batch)",
            "Value [|Step|]([Dims(\"B\", \"H\")] Value h) => Tanh(h);"),
        Step("RNNJ015", "Cell 'C': the number 'rate' has no value (give it a default such as rate = 1)",
            "Value Step(Value h, float [|rate|]) => rate * h;"),
        Step("RNNJ032", "Cell 'C': Step does not use 'b' (remove it or use it)", "Value Step(Value h, Vector [|b|]) => Tanh(h);"),
        Step("RNNJ032", "Cell 'C': Step does not use 'rate' (remove it or use it)", "Value Step(Value h, float [|rate|] = 1) => Tanh(h);"),
        Step("RNNJ032", "Cell 'C': no returned value depends on 'x' (remove it or use it)",
            "Value Step(Value [|x|], Value h) { var z = Tanh(x); z = Exp(z); return Tanh(h); }"),
    ];

    private static IEnumerable<TestCaseData> Bodies =>
    [
        Step("RNNJ020", "Step may not call 'Console.WriteLine' (only operators on Value and functions of Rnn are compiled)",
            "Value Step(Value h) { [|Console.WriteLine(\"step\")|]; return Tanh(h); }"),
        Step("RNNJ020", "Step may not call 'Random.NextDouble' (only operators on Value and functions of Rnn are compiled)",
            "Value Step(Value h) => h * [|Random.Shared.NextDouble()|];"),
        Step("RNNJ020", "Step may not call 'GC.Collect' (only operators on Value and functions of Rnn are compiled)",
            "Value Step(Value h) { [|GC.Collect()|]; return Tanh(h); }"),
        Step("RNNJ021", "Step may not decide by 'x == h' (values are known at run time only; write Select(Less(a, b), …, …))",
            Head + ") => [|x == h|] ? W * x : U * h;"),
        Step("RNNJ021", "Step may not decide by 'h is null' (values are known at run time only; write Select(Less(a, b), …, …))",
            "Value Step(Value h) { if ([|h is null|]) return Tanh(h!); return Exp(h); }"),
        Step("RNNJ022", "Step may not change 'last' (a step is a function of its parameters; return the new value as a state)",
            "Value Step(Value h) { [|last|] = h; return Tanh(h); }", "public static Value? last;"),
        Step("RNNJ022", "Step may not change 'Count' (a step is a function of its parameters; return the new value as a state)",
            "Value Step(Value h) { [|Count|]++; return Tanh(h); }", "public static int Count { get; set; }"),
        Step("RNNJ023", "Cell 'C': 'z[2]' is element 2 of an array of 2 (use an index from 0 to 1)",
            "Value Step(Value x, Value h) { var z = Split(x, 2); return h * [|z[2]|]; }"),
        Step("RNNJ023", "Cell 'C': 'new Value[depth - 3]' has -2 elements (use a length from 0 to 200000)",
            "Value Step(Value h, int depth = 1) { Value[] kept = [|new Value[depth - 3]|]; return h * kept.Length; }"),
        Step("RNNJ023", "Cell 'C': 'depth / (depth - 1)' fails for these numbers: Attempted to divide by zero. (change them)",
            "Value Step(Value h, int depth = 1) => h * ([|depth / (depth - 1)|]);"),
        Step("RNNJ023", "Cell 'C': 'most + 1' fails for these numbers: Arithmetic operation resulted in an overflow. (change them)",
            "Value Step(Value h, int most = int.MaxValue) => h * ([|most + 1|]);"),
        Step("RNNJ023", "Cell 'C': '-least' fails for these numbers: Arithmetic operation resulted in an overflow. (change them)",
            "Value Step(Value h, int least = int.MinValue) => h * ([|-least|]);"),
        Step("RNNJ023", "Cell 'C': 'throw new ArgumentException(\"depth\");' is reached for these numbers (change them or the condition)",
            "Value Step(Value h, int depth = 0) { if (depth < 1) [|throw new ArgumentException(\"depth\");|] return h * depth; }"),
        Step("RNNJ030",
            "The generator cannot read 'Environment.ProcessorCount', so the cell is traced at run time (write a const or a parameter with "
                + "a default)",
            "Value Step(Value h) => h * [|Environment.ProcessorCount|];"),
        Step("RNNJ030",
            "The generator cannot read 'float.Parse(\"2\")', so the cell is traced at run time (only operators on Value, functions of Rnn "
                + "and Math, and methods with source are compiled at build time)",
            "Value Step(Value h) => [|float.Parse(\"2\")|] * h;"),
        Step("RNNJ030",
            "The generator cannot read 'try { return Tanh(h); } finally { }', so the cell is traced at run time (write it with locals, "
                + "if, for, foreach and return)",
            "Value Step(Value h) { [|try { return Tanh(h); } finally { }|] }"),
        Step("RNNJ030",
            "The generator cannot read 'v => Tanh(v)', so the cell is traced at run time (write it with operators on Value and functions "
                + "of Rnn)",
            "Value Step(Value h) { Func<Value, Value> f = [|v => Tanh(v)|]; return f(h); }"),
        Step("RNNJ030", "The generator cannot read 'rate', so the cell is traced at run time (write a const or a parameter with a default)",
            "Value Step(Value h) => [|rate|] * h;", "private static readonly float rate = float.Parse(\"2\");"),
        Step("RNNJ030",
            "The generator gives up at 'i < 1000000' after 200000 operations, so the cell is traced at run time (make the loops shorter)",
            "Value Step(Value h) { int n = 0; for (int i = 0; [|i < 1000000|]; i++) n += i; return h * n; }"),
        Step("RNNJ030",
            "The generator does not follow 'Power(v, n + 1)' deeper than 60 calls, so the cell is traced at run time (write it as a loop)",
            "Value Step(Value h) => Power(h, 0);", "private static Value Power(Value v, int n) => n == 99 ? v : [|Power(v, n + 1)|];"),
        Step("RNNJ031",
            "'U * r * h' is (U * r) * h, the last product element by element (write U * (r * h) for the matrix product of both, "
                + "or the parentheses to keep it)",
            Head + ") { var r = Sigmoid(W * x); return Tanh([|U * r * h|]); }"),
    ];

    private static IEnumerable<TestCaseData> Shapes =>
    [
        Step("RNNJ114", "Cell 'C': 'W * h' needs W[·, H] for h: f32[B, H] but 'W' is f32[D, 7] (change one of them)",
            "Value Step([Dims(\"H\")] Value h, [Dims(\"D\", \"7\")] Matrix W) => Tanh([|W * h|]);"),
        Step("RNNJ112",
            "Cell 'C': 'Concat(h, h) + W * h': 'add' needs shapes that agree from the right, found f32[B, 2H] and f32[B, H] "
                + "(extent 1 repeats)",
            "Value Step(Value h, Matrix W, Vector b) { var z = Tanh(W * h) + h; return [|Concat(h, h) + W * h|] + b * z; }"),
        Step("RNNJ118", "Cell 'C': 'Split(h, 0)': Split needs a last axis of 0 equal parts, found f32[B, H] (make it 0 times a dimension)",
            "Value Step(Value h) => [|Split(h, 0)|][0];"),
        Step("RNNJ013",
            "Cell 'C': the new 'h' is f32[B, H] but the state is f32[B, 256] (a state keeps its shape; write H in place of 256 in [Dims], "
                + "or 256 in place of H everywhere)",
            "Value Step(Value h, [Dims(\"H\", \"256\")] Matrix U) => [|U * h|];"),
        Step("RNNJ013", "Cell 'C': the new 'h' is f32[B, 2H] but the state is f32[B, H] (a state keeps its shape)",
            "Value Step([Dims(\"H\")] Value h) => [|Concat(h, h)|];"),
    ];

    [TestCaseSource(nameof(Classes))]
    [TestCaseSource(nameof(Heads))]
    [TestCaseSource(nameof(Bodies))]
    [TestCaseSource(nameof(Shapes))]
    public void Sentence_and_place(string id, string sentence, string text)
    {
        Source source = Source.Marked(text);
        var (reported, completed, _) = source.Run();
        Assert.That(reported.Select(diagnostic => $"{diagnostic.Id}: {diagnostic.GetMessage()}"), Is.EqualTo([$"{id}: {sentence}"]));
        if (source.Mark is not null)
            Assert.That(source.Text.Substring(reported[0].Location.SourceSpan.Start, reported[0].Location.SourceSpan.Length),
                Is.EqualTo(source.Text.Substring(source.Mark.Value.Start, source.Mark.Value.Length)));
        Assert.That(source.Mark ?? reported[0].Location.SourceSpan, Is.EqualTo(reported[0].Location.SourceSpan));
        Assert.That(completed.GetDiagnostics().Where(diagnostic => diagnostic.DefaultSeverity == DiagnosticSeverity.Error), Is.Empty,
            "the probe itself is C#");
    }

    [Test]
    public void A_pragma_silences_a_warning()
    {
        var (reported, _, _) =
            Source.Step("Value Step(Value x, Value h, Matrix U)\n#pragma warning disable RNNJ031\n    => Tanh(U * x * h);").Run();
        Assert.That(reported.Where(diagnostic => !diagnostic.IsSuppressed), Is.Empty);
    }

    [Test]
    public void Errors_of_CSharp_are_left_to_the_compiler()
    {
        var (reported, _, result) = Source.Step("Value Step(Value h) => Tanh(hh);").Run();
        Assert.That(reported, Is.Empty);
        Assert.That(result.GeneratedTrees, Is.Empty);
    }

    [TestCase("Tanh(U * (r * h))")]
    [TestCase("Tanh((U * r) * h)")]
    [TestCase("Tanh(U * 2 * h + r)")]
    [TestCase("Tanh(2 * U * h + r)")]
    [TestCase("Tanh(U * r * 0.5 + h)")]
    public void Parentheses_and_numbers_are_no_trap(string expression)
    {
        var (reported, _, _) = Source.Step($"Value Step(Value r, Value h, Matrix U) => {expression};").Run();
        Assert.That(reported, Is.Empty);
    }

    private static TestCaseData Case(string id, string sentence, string text) =>
        new TestCaseData(id, sentence, text).SetArgDisplayNames(id, sentence);

    private static TestCaseData Step(string id, string sentence, string step, string members = "") =>
        Case(id, sentence, $"[RnnCell]\npublic static partial class C\n{{\n    public static {step}\n    {members}\n}}\n");
}
