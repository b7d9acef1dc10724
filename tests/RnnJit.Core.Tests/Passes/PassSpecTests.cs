using System.Text;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Text;
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
        ["Differentiate"] = graph => Differentiate.Run(graph, "loss", graph.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray()),
        ["InputsFirst"] = InputsFirst.Run,
        ["Split"] = Split.Run,
        ["Distribute"] = Distribute.Run,
        ["Keep"] = Keep.Run,
        ["Merge"] = Merge.Run,
        ["Starts"] = Starts.Run,
        ["OrderRows"] = OrderRows.Run,
        // 22 steps in four chunks: two are left over.
        ["ParallelScan"] = graph => ParallelScan.Run(graph, "T", steps: 22, chunks: 4).Program,
    };

    private static IEnumerable<string> Names => Directory.GetFiles(Folder(), "*.ir").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Names))]
    public void Graph_becomes_what_its_file_says(string name)
    {
        string path = Path.Combine(Folder(), name + ".ir"), text = File.ReadAllText(path).Replace("\r", "");
        int mark = text.IndexOf("\n" + Mark, StringComparison.Ordinal) + 1, line = text.IndexOf('\n', mark);
        Assert.That(mark, Is.GreaterThan(0), "the file has a line '=== PASS'");
        string found = Run(Parser.Parse(text[..mark]), text[(mark + Mark.Length)..line].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
            File.WriteAllText(path, text[..(line + 1)] + found);
        else
            Assert.That(found, Is.EqualTo(text[(line + 1)..]), $"{name}.ir (RNNJIT_ACCEPT=1 writes it)");
    }

    [Test]
    public void Every_pass_has_a_file() =>
        Assert.That(Names.Select(name => name.Split('.')[0]).Distinct(), Is.SupersetOf(new[] { "InputsFirst", "Simplify", "Split", "Distribute", "Keep", "Merge", "Starts", "OrderRows", "Fuse", "ParallelScan" }));

    private static string Run(Graph graph, string[] passes)
    {
        Verifier.Check(graph);
        foreach (string pass in passes)
        {
            if (pass == "Fuse")
                return Steps(Fuse.Run(graph));
            graph = Passes[pass](graph);
            Verifier.Check(graph);
        }

        return Printer.Print(graph);
    }

    // The steps in order: a kernel with its rectangle and its graph, a product with what its chains start from, or one node.
    private static string Steps(StepList list)
    {
        string[] names = Printer.ValueNames(list.Graph, named: false);
        string Named(IEnumerable<int> values) => string.Join(", ", values.Select(value => names[value]));
        var text = new StringBuilder();
        foreach (Step step in list.Steps)
        {
            if (step is KernelStep kernel)
                text.Append($"[{kernel.Rows}] × {kernel.Columns}: {Named(kernel.Inputs)} ⇒ {Named(kernel.Outputs)}\n").Append(Indented(Printer.Print(kernel.Kernel)));
            else if (step is ProductStep product)
                text.Append($"{names[list.Graph.Values.FirstResult(product.Node)]} = {list.Graph.Nodes[product.Product].Op} {Named(list.Graph.Nodes[product.Product].Operands)} from {names[product.Start]}\n");
            else if (list.Graph.Nodes[((OpStep)step).Node] is var node)
                text.Append($"{names[list.Graph.Values.FirstResult(((OpStep)step).Node)]} = {node.Op} {Named(node.Operands)}\n");
        }

        return text.ToString();
    }

    private static string Indented(string text) => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => "  " + line + "\n"));

    private static string Folder()
    {
        DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "RnnJit.sln")))
            directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "RnnJit.Core.Tests", "Passes");
    }
}
