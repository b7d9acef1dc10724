using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;
using RnnJit.Text;
using RnnJit.Training;
using RnnJit.Verify;

namespace RnnJit.Core.Tests.Passes;

/// <summary>
/// Each .ir file beside this one: a graph, a line <c>=== PASS …</c> with the passes to run in order, and what they make of it.
/// RNNJIT_ACCEPT=1 writes what they make now into the files; the difference is read like code.
/// </summary>
public class PassSpecTests
{
    private const string Mark = "=== ";

    private static readonly Dictionary<string, Func<Graph, Graph>> Passes = new()
    {
        ["Simplify"] = Simplify.Run,
        ["Differentiate"] = graph =>
            Differentiate.Run(graph, "loss", graph.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray()),
        ["Train"] = network => TrainingProgram.Of(network),
        ["ReassociateSums"] = ReassociateSums.Run,
        ["LoopFission"] = LoopFission.Run,
        ["HoistAndSink"] = HoistAndSink.Run,
        ["Rematerialize"] = Rematerialize.Run,
        ["MergeMatMuls"] = MergeMatMuls.Run,
        ["ConcatYields"] = ConcatYields.Run,
        ["FlattenConcats"] = FlattenConcats.Run,
        ["SumsOverTime"] = SumsOverTime.Run,
        ["JoinBlockSums"] = ChainBlockSums.Join,
        ["ChainBlockSums"] = ChainBlockSums.Run,
        ["FoldAccumulatorInit"] = FoldAccumulatorInit.Run,
        ["SortByLength"] = SortByLength.Run,
        ["Pipeline"] = graph => Pipeline.Run(graph),
        // 22 steps in four chunks: two are left over.
        ["ParallelScan"] = graph => ParallelScan.Run(graph, "T", steps: 22, chunks: 4).Program,
    };

    private static IEnumerable<string> Names =>
        Directory.GetFiles(Folder(), "*.ir").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Names))]
    public void Graph_becomes_what_its_file_says(string name)
    {
        string path = Path.Combine(Folder(), name + ".ir"), text = File.ReadAllText(path).Replace("\r", "");
        int mark = text.IndexOf("\n" + Mark, StringComparison.Ordinal) + 1, line = text.IndexOf('\n', mark);
        Assert.That(mark, Is.GreaterThan(0), "the file has a line '=== PASS'");
        string[] passes = text[(mark + Mark.Length)..line].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string found = passes[^1] == "Plan" ? Plan(Run(Parser.Parse(text[..mark]), passes[..^1]),
            text) : Print(Run(Parser.Parse(text[..mark]), passes), passes);
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
            File.WriteAllText(path, text[..(line + 1)] + found);
        else
            Assert.That(found, Is.EqualTo(text[(line + 1)..]), $"{name}.ir (RNNJIT_ACCEPT=1 writes it)");
    }

    // A spec of a later stage may hold the one of an earlier stage that made its graph.
    [Test]
    public void Every_pass_has_a_file() =>
        Assert.That(Names.SelectMany(name => File.ReadLines(Path.Combine(Folder(), name + ".ir"))
            .First(line => line.StartsWith(Mark, StringComparison.Ordinal))[Mark.Length..]
            .Split(' ')).Distinct(), Is.SupersetOf(Passes.Keys.Append("Fuse").Append("Plan")));

    [Test]
    public void Stages_keep_the_order_that_has_a_reason()
    {
        string[] names = [.. Pipeline.Stages.Select(stage => stage.Name)];
        Assert.That(names, Is.Unique.And.All.Match("^[a-z]+(-[a-z0-9]+)*$"));
        Assert.That(Pipeline.Order.Where(pair => Array.IndexOf(names, pair.Before) is var before
            && (before < 0 || before >= Array.IndexOf(names, pair.After))), Is.Empty);
        Assert.That(Pipeline.Order.Select(pair => pair.Reason), Has.All.Length.GreaterThan(20));
    }

    private static Graph Run(Graph graph, string[] passes)
    {
        Verifier.Check(graph);
        foreach (string pass in passes.Where(pass => pass != "Fuse"))
        {
            graph = Passes[pass](graph);
            Verifier.Check(graph);
        }

        return graph;
    }

    private static string Print(Graph graph, string[] passes) => passes[^1] == "Fuse" ? Ops(Fuse.Run(graph)) : Printer.Print(graph);

    // The sizes stand in a comment: # sizes T=4 B=2 f64 chunks; with adam it is the plan of a training step.
    private static string Plan(Graph graph, string text)
    {
        string[] words =
            Regex.Match(text, "^# sizes (.*)$", RegexOptions.Multiline).Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, int> sizes = words.Where(word => word.Contains('=', StringComparison.Ordinal)).Select(word => word.Split('='))
            .ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
        ElementType real = words.Contains("f64") ? ElementType.F64 : ElementType.F32;

        // Panels of 8 columns; chunks of 4 rows and more where the file asks for chunks.
        var target = new TargetTraits
        {
            PackedElements = (n, k, _, _) => (n + 7) / 8 * 8L * k,
            PanelWidth = _ => 8,
            Chunks = words.Contains("chunks") ? new ChunkLimits(0, 4) : ChunkLimits.Usual,
        };
        Graph typed = real == ElementType.F64 ? GraphMapper.WithPrecision(graph, real) : graph;
        if (!words.Contains("adam"))
            return PlanText.Print(RnnJit.Plans.Plan.Of(typed, new PlanOptions(sizes, real), target));
        var step = new TrainingStep(new Adam(), ClipNorm: 1, CarryState: true);
        Graph whole = step.Append(typed);
        return PlanText.Print(RnnJit.Plans.Plan.Of(whole, new PlanOptions(sizes, real) { Aliases = step.Aliases(whole) }, target));
    }

    // The scheduled ops in order: a kernel with its domain and its graph, a product with its accumulator init, or one node.
    private static string Ops(OpSchedule list)
    {
        string[] names = Printer.ValueNames(list.Graph, named: false);
        string Named(IEnumerable<int> values) => string.Join(", ", values.Select(value => names[value]));
        var text = new StringBuilder();
        foreach (ScheduledOp scheduled in list.Ops)
        {
            if (scheduled is ScheduledKernel kernel)
                text.Append($"[{kernel.Rows}] × {kernel.Columns}: {Named(kernel.Inputs)} ⇒ {Named(kernel.Outputs)}\n")
                    .Append(Indented(Printer.Print(kernel.Kernel)));
            else if (scheduled is ScheduledMatMul product)
                text.Append(
                    $"{names[list.Graph.Values.FirstResult(product.Node)]} = {list.Graph.Nodes[product.Product].Op} "
                        + $"{Named(list.Graph.Nodes[product.Product].Operands)} from {names[product.Start]}\n");
            else if (list.Graph.Nodes[((ScheduledNode)scheduled).Node] is var node)
                text.Append(
                    $"{names[list.Graph.Values.FirstResult(((ScheduledNode)scheduled).Node)]} = {node.Op} {Named(node.Operands)}\n");
        }

        return text.ToString();
    }

    private static string Indented(string text) =>
        string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => "  " + line + "\n"));

    private static string Folder()
    {
        DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "RnnJit.sln")))
            directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "RnnJit.Core.Tests", "Passes");
    }
}
