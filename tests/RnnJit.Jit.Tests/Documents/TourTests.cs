using System.Text.RegularExpressions;
using RnnJit.Cells;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Text;

namespace RnnJit.Jit.Tests.Documents;

/// <summary>Each block of docs/tour.md below a line <c>&lt;!-- block: NAME --&gt;</c> is what the code gives today.
/// RNNJIT_ACCEPT=1 writes the document anew.</summary>
public class TourTests
{
    private const string Document = "docs/tour.md";

    private static readonly Regex Block =
        new(@"<!-- block: (\S+) -->\n```(\w*)\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline);

    private static readonly Lazy<Dictionary<string, string>> Texts = new(Make);

    [Test]
    public void Every_block_is_what_the_code_gives()
    {
        string document = Repository.Read(Document);
        string written = Block.Replace(document, match =>
            $"<!-- block: {match.Groups[1].Value} -->\n```{match.Groups[2].Value}\n{Text(match.Groups[1].Value)}```");
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
            File.WriteAllText(Repository.Path(Document), written);
        else
            Assert.That(document, Is.EqualTo(written), $"{Document} is not what the code gives (RNNJIT_ACCEPT=1 writes it)");
    }

    [Test]
    public void The_tour_stops_after_every_pass_that_changes_something() =>
        Assert.That(Block.Matches(Repository.Read(Document)).Select(match => match.Groups[1].Value), Is.EqualTo(
            new[] { "source", "cell", "program", "differentiate" }.Concat(Stops()).Concat(["steps", "plan", "kernel", "scalar"])));

    // A pass that is cleaned up behind is shown clean; one that finds nothing to do in this cell is not shown.
    private static IEnumerable<string> Stops()
    {
        string[] names = Pipeline.Stages.Select(stage => stage.Name).ToArray();
        string shown = Texts.Value["differentiate"];
        foreach (string name in names.Where(
            (_, i) => i + 1 == names.Length || !names[i + 1].StartsWith("simplify", StringComparison.Ordinal)))
        {
            if (Texts.Value[name] != shown)
                yield return name;
            shown = Texts.Value[name];
        }
    }

    private static string Text(string block) =>
        Texts.Value.TryGetValue(block, out string? text)
            ? text
            : throw new AssertionException($"{Document} has a block '{block}', which is none of {string.Join(", ", Texts.Value.Keys)}");

    private static Dictionary<string, string> Make()
    {
        CellDefinition cell = CellFile.Load(Repository.Path("docs/cells/Minimal.cs"));
        Graph program = CellProgram.Of(cell), graph = Differentiate.Run(program, "loss", CellProgram.Trained(program));
        var texts = new Dictionary<string, string>
        {
            ["source"] = Repository.Read("docs/cells/Minimal.cs"),
            ["cell"] = Printer.PrintNamed(cell.Step),
            ["program"] = Printer.PrintNamed(program),
            ["differentiate"] = WithoutInputs(graph),
        };
        graph = Pipeline.Run(graph, after: (stage, after) => texts[stage] = WithoutInputs(after));
        texts["steps"] = Steps(graph);
        texts["plan"] = Plan(graph);
        Graph kernel = Forward(graph);
        texts["kernel"] = KernelEmitter.Emit(kernel, SimdDialect.Instance, "MinimalStep");
        texts["scalar"] = Body(KernelEmitter.Emit(kernel, ScalarDialect.Instance, "MinimalStep"));
        return texts;
    }

    // On panels of 8 columns, whatever this CPU has.
    private static string Plan(Graph graph)
    {
        var target = new TargetTraits { PackedElements = (n, k, _, _) => (n + 7) / 8 * 8L * k, PanelWidth = _ => 8 };
        string text = PlanText.Print(RnnJit.Plans.Plan.Of(graph,
            new PlanOptions(new Dictionary<string, int> { ["T"] = 4, ["B"] = 2, ["X"] = 8, ["H"] = 8 }, ElementType.F32), target));
        return text[..text.IndexOf("\nk0: ", StringComparison.Ordinal)];
    }

    // No pass changes the inputs of a Program.
    private static string WithoutInputs(Graph graph)
    {
        string[] lines = Printer.PrintNamed(graph).Split('\n');
        return string.Join("\n", lines.Skip(1 + graph.Inputs.Count).Prepend("  …").Prepend(lines[0]));
    }

    // The one kernel of the forward loop.
    private static Graph Forward(Graph program)
    {
        var scan = (ScanOp)program.Nodes.First(node => node.Op is ScanOp).Op;
        return Fuse.Run(scan.Body).Ops.OfType<ScheduledKernel>().Last().Kernel;
    }

    private static string Steps(Graph graph, string indent = "")
    {
        string[] names = Printer.ValueNames(graph, named: true);
        return string.Concat(Fuse.Run(graph).Ops.Select(step => step switch
        {
            ScheduledKernel kernel =>
                $"{indent}kernel of {kernel.Nodes} node{(kernel.Nodes == 1 ? "" : "s")} over "
                    + $"{(kernel.Rows.Count == 0 ? "1" : kernel.Rows.ToString())} × {kernel.Columns}: {List(kernel.Inputs)} ⇒ "
                    + $"{List(kernel.Outputs)}\n",
            ScheduledMatMul product =>
                $"{indent}{graph.Nodes[product.Product].Op} {List(graph.Nodes[product.Product].Operands)}, from {names[product.Start]} ⇒ "
                    + $"{names[graph.Values.FirstResult(product.Node)]}\n",
            ScheduledNode { Node: var n } when graph.Nodes[n].Op is ScanOp scan =>
                $"{indent}scan[{scan.Header}]\n{Steps(scan.Body, indent + "  ")}",
            ScheduledNode { Node: var n } =>
                $"{indent}{graph.Nodes[n].Op} {List(graph.Nodes[n].Operands)} ⇒ {names[graph.Values.FirstResult(n)]}\n",
            _ => throw new InvalidOperationException($"{step} is no step"),
        }));

        string List(IEnumerable<int> values) => string.Join(", ", values.Select(value => names[value]));
    }

    // The loop over columns; the rest is as in the other dialect.
    private static string Body(string code)
    {
        string[] lines = code.Split('\n');
        int start = Array.FindIndex(lines, line => line.TrimStart().StartsWith("for (int j", StringComparison.Ordinal));
        int depth = lines[start].TakeWhile(c => c == ' ').Count();
        int end = Array.FindIndex(lines, start, line => line == new string(' ', depth) + "}");
        return string.Concat(lines[start..(end + 1)].Select(line => (line.Length > depth ? line[depth..] : "") + "\n"));
    }
}
