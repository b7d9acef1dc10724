using RnnJit.Cells;

namespace RnnJit.Jit.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class CellFileTests
{
    private const string Lstm = """
        [RnnCell]
        public static partial class Lstm
        {
            public static (Value h, Value c) Step(Value x, Value h, Value c,
                Matrix Wi, Matrix Ui, Vector bi, Matrix Wf, Matrix Uf, [Init("ones")] Vector bf,
                Matrix Wg, Matrix Ug, Vector bg, Matrix Wo, Matrix Uo, Vector bo)
            {
                var i = Sigmoid(Wi * x + Ui * h + bi);
                var f = Sigmoid(Wf * x + Uf * h + bf);
                var g = Tanh(Wg * x + Ug * h + bg);
                var o = Sigmoid(Wo * x + Uo * h + bo);
                var next = f * c + i * g;
                return (o * Tanh(next), next);
            }
        }
        """;

    private const string Two = """
        using RnnJit;
        using static RnnJit.Rnn;

        namespace My.Cells;

        [RnnCell] public static partial class Plain { public static Value Step(Value x, Value h, Matrix W, Matrix U) => Tanh(W * x + U * h); }
        public static partial class Outer
        {
            [RnnCell] public static partial class Scaled { public static Value Step(Value x, Value h, Matrix W, float rate = 0.5f) => Blocks.Mix(Tanh(W * x), h, rate); }
        }

        static class Blocks { public static Value Mix(Value a, Value b, float share) => share * a + (1 - share) * b; }
        """;

    private string path = "";

    [SetUp]
    public void Create() => path = Path.Combine(Directory.CreateTempSubdirectory("cellfile").FullName, "Cell.cs");

    [TearDown]
    public void Remove() => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

    [Test]
    public void A_cell_in_a_file_is_the_built_in_cell() =>
        Assert.That(Load(Lstm).ToString(), Is.EqualTo(CellTracer.Trace(typeof(Lstm)).ToString()));

    [TestCase("-990", "RNNJ203")]
    [TestCase("2147483647H + 2147483647H", "RNNJ200")]
    public void A_dimension_that_no_size_can_have_is_refused(string dim, string id) =>
        Assert.That(
            () => Load(
                $"[RnnCell] public static partial class Plain {{ public static Value Step(Value x, Value h, [Dims(\"{dim}\")] Vector b) "
                    + $"=> Tanh(x + h + Sum(b)); }}"),
            Throws.TypeOf<CellFileException>().With.Message.Contains(id));

    [Test]
    public void A_cell_in_a_file_shows_its_class()
    {
        Assert.That(Load(Lstm).Source, Is.EqualTo(Lstm.ReplaceLineEndings("\n")));
        File.WriteAllText(path, Two);
        Assert.That(CellFile.Load(path, "Scaled").Source,
            Does.StartWith("[RnnCell] public static partial class Scaled {").And.EndWith("}"));
    }

    [Test]
    public void Several_cells_are_chosen_by_name()
    {
        File.WriteAllText(path, Two);
        Assert.That(CellFile.Read(path).Cells.Select(cell => cell.Name), Is.EqualTo(["Plain", "Scaled"]));
        Assert.That(CellFile.Load(path, "Plain").Name, Is.EqualTo("Plain"));
        Assert.That(CellFile.Load(path, "scaled").ToString(), Does.Contain("mul 0.5"));
        Assert.That(CellFile.Load(path, "Scaled", new Dictionary<string, double> { ["rate"] = 0.25 }).ToString(),
            Does.Contain("mul 0.25").And.Contain("mul 0.75"));
        Assert.That(() => CellFile.Load(path), Fails($"The file '{path}' has 2 cells (choose one of Plain, Scaled)"));
        Assert.That(() => CellFile.Load(path, "Gru"), Fails($"The file '{path}' has no cell 'Gru' (it has Plain, Scaled)"));
    }

    [Test]
    public void The_case_of_a_name_decides_between_cells_that_differ_in_nothing_else()
    {
        File.WriteAllText(path, """
            [RnnCell] public static partial class Plain { public static Value Step(Value h) => Tanh(h); }
            [RnnCell] public static partial class PLAIN { public static Value Step(Value h) => Exp(h); }
            """);
        Assert.That(CellFile.Load(path, "PLAIN").Name, Is.EqualTo("PLAIN"));
        Assert.That(CellFile.Load(path, "plain").Name, Is.EqualTo("Plain"));
    }

    [Test]
    public void A_cell_inside_a_class_is_traced_with_its_numbers()
    {
        File.WriteAllText(path, """
            public static partial class Outer
            {
                [RnnCell] public static partial class C
                {
                    public static Value Step(Value x, Value h, float rate = 0.5f) => new[] { rate * x, h, h }.Aggregate((a, b) => a * b);
                }
            }
            """);
        Assert.That(CellFile.Load(path).Step.ToString(), Does.Contain("mul 0.5"));
        var numbers = new Dictionary<string, double> { ["rate"] = 0.25 };
        Assert.That(CellFile.Load(path, numbers: numbers).Step.ToString(), Does.Contain("mul 0.25"));
    }

    [TestCase("rate")]
    [TestCase("W", Description = "a matrix")]
    [TestCase("x", Description = "a value")]
    public void A_number_that_the_cell_does_not_have_is_refused(string name)
    {
        File.WriteAllText(path, Two);
        Assert.That(
            () => CellFile.Load(path, "Plain", new Dictionary<string, double> { [name] = 1 }),
            Fails($"{path}(6,67): error RNNJ016: Cell 'Plain' has no number '{name}' (it has none)"));
    }

    [Test]
    public void What_only_the_runtime_can_read_is_traced_with_a_warning()
    {
        File.WriteAllText(path,
            "[RnnCell] public static partial class C { public static Value Step(Value x, Value h) => new[] { x, h, h }.Aggregate((a, "
                + "b) => a * b); }");
        CellFile file = CellFile.Read(path);
        Assert.That(file.Cells[0].ToString(), Does.Contain("%0: f32[B, H] = mul x, h").And.Contain("next h = %1"));
        Assert.That(file.Warnings, Has.Count.EqualTo(1));
        Assert.That(file.Warnings[0], Does.StartWith(
            $"{path}(1,89): warning RNNJ030: The generator cannot read 'new[] {{ x, h, h }}.Aggregate((a, b) => a * b)', so the cell is "
                + "traced at run time ("));
    }

    [Test]
    public void A_number_without_default_is_given()
    {
        const string text = "[RnnCell] public static partial class C { public static Value Step(Value h, int rate) => rate * h; }";
        Assert.That(() => Load(text),
            Fails($"{path}(1,39): error RNNJ015: Cell 'C': the number 'rate' has no value (give it a default such as rate = 1)"));
        Assert.That(CellFile.Load(path, numbers: new Dictionary<string, double> { ["rate"] = 3 }).ToString(), Does.Contain("mul 3, h"));
    }

    [Test]
    public void Errors_have_file_line_and_column()
    {
        Assert.That(
            () => Load(
                "[RnnCell]\npublic static partial class C\n{\n    public static Value Step(Value h)\n    {\n        Console.WriteLine();\n"
                    + "        return Tanh(h);\n    }\n}\n"),
            Fails(
                $"{path}(6,9): error RNNJ020: Step may not call 'Console.WriteLine' (only operators on Value and functions of Rnn are "
                    + "compiled)"));
        Assert.That(() => Load("class C { int Broken => y; }"),
            Fails($"{path}(1,25): error CS0103: The name 'y' does not exist in the current context"));
    }

    [Test]
    public void A_step_that_throws_at_run_time_says_so() =>
        Assert.That(
            () => Load("[RnnCell] public static partial class C { public static Value Step(Value h) => h * int.Parse(\"one\"); }"),
            Fails(
                $"{path}(1,39): error RNNJ023: Cell 'C': Step throws FormatException: The input string 'one' was not in a correct format. "
                    + "(make it run without)"));

    [Test]
    public void A_shape_error_at_run_time_keeps_its_id() =>
        Assert.That(
            () => Load(
                "[RnnCell] public static partial class C { public static Value Step([Dims(\"H\")] Value h) => new[] { h, "
                    + "h }.Aggregate((a, b) => Concat(a, b)); }"),
            Throws.TypeOf<CellFileException>().With.Message
                .StartsWith($"{path}(1,39): error RNNJ013: Cell 'C': the new 'h' is f32[B, 2H]"));

    [Test]
    public void A_file_without_cell_is_refused() =>
        Assert.That(() => Load("class C { }"), Fails($"The file '{path}' has no cell (mark a class with [RnnCell])"));

    [Test]
    public void A_missing_file_is_refused() =>
        Assert.That(() => CellFile.Load(path),
            Fails($"There is no file '{path}' (give the path of a C# file with a class marked [RnnCell])"));

    [Test]
    public void A_folder_is_no_file() =>
        Assert.That(() => CellFile.Load(Path.GetDirectoryName(path)!),
            Throws.TypeOf<CellFileException>().With.Message.StartsWith($"The file '{Path.GetDirectoryName(path)}' cannot be read: "));

    private static NUnit.Framework.Constraints.IResolveConstraint Fails(string message) =>
        Throws.TypeOf<CellFileException>().With.Message.EqualTo(message);

    private CellDefinition Load(string text)
    {
        File.WriteAllText(path, text);
        return CellFile.Load(path);
    }
}
