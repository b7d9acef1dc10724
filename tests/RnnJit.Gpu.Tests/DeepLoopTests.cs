using RnnJit.Contracts;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Text;

namespace RnnJit.Gpu.Tests;

/// <summary>Loops in loops in loops: a CPU leaves them to the interpreter, a device plans them at any depth.</summary>
public class DeepLoopTests
{
    private static readonly string[] Loops = ["P", "Q", "S", "T", "V"];

    private static readonly Dictionary<string, int> Sizes = new()
    {
        ["P"] = 2, ["Q"] = 3, ["S"] = 2, ["T"] = 3, ["V"] = 2, ["B"] = 3, ["H"] = 5,
    };

    // The steps of all loops, one after the other, are those of one loop.
    [Test]
    public void Loops_in_loops_have_the_bits_of_one_loop([Values(3, 4, 5)] int depth, [Values] bool reverse,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        Graph nested = Parser.Parse(Nested(Loops[..depth], reverse)), flat = Parser.Parse(Nested(["N"], reverse));
        int steps = Loops[..depth].Aggregate(1, (product, loop) => product * Sizes[loop]);
        var flatSizes = new Dictionary<string, int>(Sizes) { ["N"] = steps };
        Dictionary<string, NdArray> data = CellProgram.Draw(nested, Sizes);
        var flatData = new Dictionary<string, NdArray>(data) { ["x"] = data["x"].Reshape(steps, Sizes["B"], Sizes["H"]) };
        using Executable cpu = CellProgram.Create(flat, flatSizes, threads: 1, real),
            device = OnDevices.Create(nested, Sizes, real, OnDevices.Lanes(real));
        AssertPlanned(nested);
        Dictionary<string, NdArray> wanted = CellProgram.Run(cpu, flatData);
        for (int run = 0; run < 2; run++)
        {
            Dictionary<string, NdArray> found = CellProgram.Run(device, data);
            foreach (string name in (string[])["h", "y"])
                Bits.AssertEqual(found[name].Data, wanted[name].Data, $"{name}, run {run}");
        }
    }

    [Test]
    public void Gradients_of_loops_in_loops_agree_with_the_oracle([Values(3, 4)] int depth,
        [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        Graph program = Differentiate.Run(Parser.Parse(Nested(Loops[..depth], reverse: false)), "loss", ["x", "h", "U"]);
        AssertPlanned(program);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, Sizes);
        Dictionary<string, NdArray> wanted = Interpreter.Run(program, data, Sizes), plan = PlanInterpreter.Run(PlanOf(program), data);
        using Executable device = OnDevices.Create(program, Sizes, real);
        for (int run = 0; run < 2; run++)
        {
            foreach (var (name, value) in CellProgram.Run(device, data))
            {
                Assert.That(Bits.Distance(value, wanted[name]), Is.LessThan(real == ElementType.F64 ? 1e-12 : 1e-5), $"{name}, run {run}");
                Assert.That(Bits.Distance(plan[name], wanted[name]), Is.LessThan(1e-12), $"{name} by the plan interpreter");
            }
        }
    }

    // The innermost loop is an op of the host, in three loops of the device; a run that fails there leaves the next one right.
    [Test]
    public void An_op_of_the_host_stands_in_loops_of_any_depth()
    {
        const string Innermost = """
            %0, %1 = scan[V, lengths] x, h, i, lengths {
              sequence x: f32[B, H]
              state h: f32[B, H]
              constant i: i32[B]
              %0 = sum[0] h
              %1 = gather x, i
              %2 = add %0, %1
              %3 = tanh %2
              next h = %3
              yield y = %3
            }
            """;
        string text = Text(Loops, "i: i32[B]", "i", "lengths: i32[B]", "lengths", Innermost);
        Graph program = Parser.Parse(text);
        Assert.That(PlanOf(program).AllCommands.OfType<HostOpCommand>(), Is.Not.Empty);
        var data = new Dictionary<string, NdArray>(CellProgram.Draw(program, Sizes))
        {
            ["i"] = new NdArray([3], [0, 0, 0]), ["lengths"] = new NdArray([3], [2, 2, 2]),
        };
        using Executable device = OnDevices.Create(program, Sizes);
        for (int run = 0; run < 2; run++)
        {
            Dictionary<string, NdArray> found = CellProgram.Run(device, data);
            foreach (var (name, value) in Interpreter.Run(program, data, Sizes))
                Assert.That(Bits.Distance(found[name], value), Is.LessThan(1e-5), $"{name}, run {run}");
            var wrong = new Dictionary<string, NdArray>(data) { ["i"] = new NdArray([3], [0, 9, 0]) };
            Assert.That(() => CellProgram.Run(device, wrong), Throws.Exception);
        }
    }

    private static Plans.Plan PlanOf(Graph program) =>
        Executable.PlanOf(program, new ExecutableOptions { Device = Device.Parse("ilgpu-cpu"), Sizes = Sizes });

    private static void AssertPlanned(Graph program)
    {
        Assert.That(PlanOf(program).AllCommands.OfType<HostOpCommand>(), Is.Empty);
        IEnumerable<BufferView> views = PlanOf(program).AllCommands.SelectMany(command => command.Views);
        Assert.That(views.Select(view => view.Further.Length), Has.Some.GreaterThan(0));
    }

    private static string Nested(string[] loops, bool reverse)
    {
        const string Step = """
            %0 = contract[ab,cb->ac] h, U
            %1 = add %0, x
            %2 = tanh %1
            """;
        string innermost =
            $"%0, %1 = scan[{loops[^1]}{(reverse ? ", reverse" : "")}] x, h, U {{\nsequence x: f32[B, H]\nstate h: f32[B, H]\n"
            + $"constant U: f32[H, H]\n{Step}\nnext h = %2\nyield y = %2\n}}";
        return Text(loops, "U: f32[H, H]", "U", null, null, innermost, reverse ? ", reverse" : "");
    }

    // The innermost loop is given; each of the others runs it, or the one inside, on rows of x.
    private static string Text(string[] loops, string constant, string name, string? more, string? moreName, string innermost,
        string reverse = "")
    {
        string text = innermost, operands = moreName is null ? $"x, h, {name}" : $"x, h, {name}, {moreName}";
        for (int loop = loops.Length - 2; loop >= 0; loop--)
        {
            string inside = $"sequence x: f32[{string.Join(", ", loops[(loop + 1)..])}, B, H]\nstate h: f32[B, H]\nconstant {constant}\n"
                + $"{(more is null ? "" : $"constant {more}\n")}";
            text = $"%0, %1 = scan[{loops[loop]}{reverse}] {operands} {{\n{inside}{text}\nnext h = %0\nyield y = %1\n}}";
        }

        string axes = string.Join(", ", Enumerable.Range(0, loops.Length + 2));
        return $"program deep\ninput x: f32[{string.Join(", ", loops)}, B, H]\ninput h: f32[B, H]\ninput {constant}\n"
            + $"{(more is null ? "" : $"input {more}\n")}{text}\n"
            + $"%2 = mul %1, %1\n%3 = sum[{axes}] %2\n%4 = reshape[] %3\nreturn h = %0\nreturn y = %1\nreturn loss = %4\n";
    }
}
