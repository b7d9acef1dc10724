using System.Diagnostics;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Text;

/// <summary>Texts that are short for what a careless reader makes of them.</summary>
public class HostileTextTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Test]
    public void A_step_has_no_inputs_of_a_program()
    {
        string text =
            "program P\ninput x: f32[2]\n%0 = scan[2] x {\nstate s: f32[2]\ninput y: f32[2]\n%0 = tanh s\nnext s = %0\n}\nreturn y = %0";
        Assert.That(Refusal(text), Is.EqualTo(
            ("RNNJ173", "Line 8: The step of a scan has the Input 'y' among its inputs (sequences, states, tables, constants)")));
    }

    [TestCase("%0 = broadcast[?0] 1")]
    [TestCase("input x: f32[?]")]
    [TestCase("%0 = slice[0, 0, 2?a] y")]
    public void A_text_names_its_dimensions(string line) =>
        Assert.That(Refusal($"program P\n{line}"), Is.EqualTo(("RNNJ177", $"Line 2: '{line}' has an unknown dimension (name it)")));

    [Test]
    public void A_question_mark_outside_a_dimension_is_a_name() =>
        Assert.That(Parser.Parse("program P\n  input x: f32[2] # f32[?]\n  return what? = x\n").Outputs[0].Name, Is.EqualTo("what?"));

    [Test]
    public void A_tensor_has_at_most_64_axes()
    {
        string Ones(int count) => string.Join(", ", Enumerable.Repeat("1", count));
        Assert.That(Parser.Parse($"program P\ninput x: f32[{Ones(64)}]\nreturn y = x").Inputs[0].Type.Rank, Is.EqualTo(64));
        string[] texts =
        [
            $"program P\ninput x: f32[{Ones(65)}]",
            $"program P\n%0 = broadcast[{Ones(100_000)}] 1",
            $"program P\n%0 = reshape[{Ones(65)}] 1",
            $"program P\n%0 = constant[1 : f32[{Ones(65)}]]",
            $"program P\ninput x: f32[{Ones(64)}]\n%0, %1 = scan[2] x {{\nstate s: f32[{Ones(64)}]\n%0 = tanh s\nnext s = %0\n"
                + $"yield s = %0\n}}",
        ];
        Assert.That(texts.Select(text => Refusal(text).Id), Has.All.EqualTo("RNNJ210"));
    }

    [Test]
    public void A_dimension_has_at_most_1000_characters()
    {
        Assert.That(Parser.Parse($"program P\ninput x: f32[{new string('S', 1000)}]\nreturn y = x").Inputs[0].Type.Rank, Is.EqualTo(1));
        Assert.That(Refusal($"program P\ninput x: f32[{new string('S', 1001)}]").Id, Is.EqualTo("RNNJ102"));
        string Sum(int symbols) => string.Join('+', Enumerable.Range(0, symbols).Select(n => "S" + n));
        Assert.That(Refusal($"program P\ninput x: f32[{Sum(65)}]").Sentence,
            Does.Contain("A dimension is a sum of 65 symbols, wanted at most 64"));
        Assert.That(Dim.Parse(Sum(64)).Terms, Has.Count.EqualTo(64));
        Assert.That(() => Dim.Parse(Sum(64)) + "more", Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ102"));
    }

    // Each line has 20 characters, and makes a type of 63,000.
    [Test]
    public void A_text_is_not_too_long_when_its_types_are_written_out()
    {
        string type = string.Join(", ", Enumerable.Range(0, 64).Select(axis => new string((char)('A' + (axis % 26)), 990)));
        string Chain(int count) => $"program P\ninput x: f32[{type}]\n%0 = tanh x\n"
            + string.Concat(Enumerable.Range(1, count).Select(n => $"%{n} = tanh %{n - 1}\n")) + $"return y = %{count}";
        Assert.That(Parser.Parse(Chain(60)).Nodes, Has.Count.EqualTo(61));
        Assert.That(Refusal(Chain(70)).Id, Is.EqualTo("RNNJ209"));
    }

    [Test]
    public void A_text_that_was_printed_within_the_limit_is_read()
    {
        var text = new System.Text.StringBuilder("program P\n  input x: f32[2]\n");
        for (int n = 0; text.Length < (4 << 20) - 100; n++)
            text.Append("  %").Append(n).Append(
                ": f32[2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2] = broadcast[2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2] x\n");
        text.Append("  return y = %0\n");
        Assert.That(Parser.Parse(text.ToString()).ToString(), Is.EqualTo(text.ToString()));
    }

    [Test]
    public void A_text_has_at_most_50000_values_and_1000_scans()
    {
        string Nodes(int count) =>
            "program P\ninput x: f32[]\n" + string.Concat(Enumerable.Range(0, count).Select(n => $"%{n} = tanh x\n")) + "return y = x";
        string Scans(int count) => "program P\ninput x: f32[]\n"
            + string.Concat(Enumerable.Range(0, count).Select(n => $"%{n} = scan[2] x {{\nstate s: f32[]\n%0 = tanh s\nnext s = %0\n}}\n"))
            + "return y = x";
        Assert.That(Parser.Parse(Nodes(49_999)).Nodes, Has.Count.EqualTo(49_999));
        Assert.That(Refusal(Nodes(50_000)),
            Is.EqualTo(("RNNJ204", "Line 50002: the graph has more than 50000 values up to here (write repeated steps as a scan)")));
        Assert.That(Parser.Parse(Scans(1000)).Nodes, Has.Count.EqualTo(1000));
        Assert.That(Refusal(Scans(1001)).Id, Is.EqualTo("RNNJ204"));
    }

    [Test]
    public void A_statement_has_at_most_4096_operands()
    {
        string Concat(int count) =>
            $"program P\ninput x: f32[1]\n%0 = concat[0] {string.Join(", ", Enumerable.Repeat("x", count))}\nreturn y = %0";
        Assert.That(Parser.Parse(Concat(4096)).Values.Type(1).ToString(), Is.EqualTo("f32[4096]"));
        Assert.That(Refusal(Concat(4097)).Sentence, Is.EqualTo("Line 3: 'concat' has more than 4096 operands"));
    }

    [Test]
    public void A_message_names_the_first_of_many_operands()
    {
        string sentence = Refusal(
            $"program P\ninput x: f32[{new string('S', 1000)}]\n%0 = concat[1] {string.Join(", ", Enumerable.Repeat("x", 4000))}").Sentence;
        Assert.That(sentence, Has.Length.LessThan(2000).And.Contains("… and 3992 more"));
    }

    [Test]
    public void A_hundred_thousand_inputs_are_found_by_name_in_time()
    {
        string[] names = [.. Enumerable.Range(0, 100_000).Select(n => $"input{n}")];
        var graph = new Graph("program", "P",
            names.Select(name => new Port(name, new TensorType(ElementType.F32), PortRole.Input)).ToEquatable(), [],
            names.Select((name, i) => new Output(name, i, OutputRole.Result)).ToEquatable());
        long start = Stopwatch.GetTimestamp();
        Assert.That(names.Select(graph.InputIndex), Is.EqualTo(Enumerable.Range(0, names.Length)));
        Assert.That(names.Select(graph.OutputIndex), Is.EqualTo(Enumerable.Range(0, names.Length)));
        Assert.That(graph.InputIndex("input"), Is.EqualTo(-1));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Patience));
    }

    [Test]
    public void Work_on_constants_may_be_of_any_length_before_a_loop()
    {
        string chain = string.Concat(Enumerable.Range(1, 45_000).Select(n => $"%{n} = tanh %{n - 1}\n"));
        CellDefinition cell = Cell($"%0 = broadcast[H] 1\n{chain}%w = add W, %45000\n%h = add s, %w", "%h");
        Assert.That(Layer(cell).Nodes, Has.Count.GreaterThan(45_000));
    }

    [Test]
    public void A_transformation_of_too_long_a_chain_costs_a_sentence()
    {
        CellDefinition cell = Cell("%0 = tanh s\n" + string.Concat(Enumerable.Range(1, 49_000).Select(n => $"%{n} = tanh %{n - 1}\n"))
            + "%h = add %49000, W", "%h");
        Assert.That(() => cell.WithZoneout(0.1), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ205"));
        Assert.That(() => cell.WithRecurrentDropout(0.1), Throws.TypeOf<GraphException>().With.Property("Id").EqualTo("RNNJ205"));
        Assert.That(() => cell.WithLayerNorm(), Throws.TypeOf<GraphException>());
    }

    // There are 2⁶⁴ ways from the last value to the first one.
    [TestCase("add")]
    [TestCase("sub")]
    [TestCase("mul")]
    public void A_new_state_that_is_added_to_itself_again_and_again_is_split_in_time(string op)
    {
        CellDefinition cell = Cell($"%0 = {op} s, s\n"
            + string.Concat(Enumerable.Range(1, 63).Select(n => $"%{n} = {op} %{n - 1}, %{n - 1}\n")) + "%h = add %63, W", "%h");
        long start = Stopwatch.GetTimestamp();
        try
        {
            cell.WithRecurrentDropout(0.1);
        }
        catch (GraphException e) when (e.Id == "RNNJ166")
        {
            // Not linear in the old state.
        }

        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Patience));
    }

    // Each value reads the two before it: there are 10¹⁸ ways from the last one to the first.
    [TestCase("sub", "B, H", "%s = sum[1] %89")]
    [TestCase("mul", "B, 1", "%a = mul z, %89\n%b = add z, %a\n%s = sum[1] %b")]
    [TestCase("mul", "B, 1",
        "%v = mul z, z\n%w = sum[1] %v\n%q = reshape[B, 1] %w\n%r = sqrt %q\n%i = div 1, %r\n%n = mul z, %i\n%m = mul z, %89\n"
            + "%s = add %n, %m")]
    public void What_reads_values_twice_again_and_again_is_simplified_in_time(string op, string dims, string end)
    {
        string text = $"program P\ninput x: f32[{dims}]\ninput y: f32[{dims}]\ninput z: f32[B, H]\n%0 = {op} x, y\n%1 = {op} y, %0\n"
            + string.Concat(Enumerable.Range(2, 88).Select(n => $"%{n} = {op} %{n - 2}, %{n - 1}\n")) + $"{end}\nreturn y = %s";
        long start = Stopwatch.GetTimestamp();
        Pipeline.Run(Parser.Parse(text));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Patience));
    }

    private static CellDefinition Cell(string nodes, string next) =>
        new(Parser.Parse($"cell C\ninput x: f32[B, X]\nstate s: f32[B, H]\nparameter W: f32[H] = zeros\n{nodes}\nnext s = {next}"));

    private static Graph Layer(CellDefinition cell)
    {
        var builder = new GraphBuilder();
        var inputs = new Dictionary<string, Value>
        {
            ["x"] = builder.Input("x", TensorType.Parse("f32[T, B, 3]")),
            ["s"] = builder.Input("s", TensorType.Parse("f32[B, 4]"), PortRole.State),
            ["W"] = builder.Input("W", TensorType.Parse("f32[4]"), PortRole.Parameter),
        };
        return builder.Build("program", "P", [("s", CellScan.Apply(builder, cell, inputs, "T").Finals[0], OutputRole.Next)]);
    }

    private static (string Id, string Sentence) Refusal(string text)
    {
        GraphException e = Assert.Throws<GraphException>(() => Parser.Parse(text))!;
        return (e.Id, e.Message);
    }
}
