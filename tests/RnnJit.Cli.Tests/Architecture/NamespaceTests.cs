using System.Reflection;

namespace RnnJit.Cli.Tests.Architecture;

/// <summary>Rooms of docs/architecture.md: no circle between the namespaces of an assembly, as its compiled types refer to each
/// other.</summary>
public class NamespaceTests
{
    // The language of graphs: handles of values, nodes, ops and their text are made of each other.
    private static readonly string[] Language = ["RnnJit", "RnnJit.Ir", "RnnJit.Ops", "RnnJit.Text"];

    private static IEnumerable<string> Assemblies =>
        ["RnnJit.Core", "RnnJit.Runtime", "RnnJit.Verification", "RnnJit.Generators", "RnnJit.Jit", "RnnJit.Gpu", "RnnJit.Charts",
            "RnnJit.Gallery", "RnnJit.Import", "rnnjit"];

    [TestCaseSource(nameof(Assemblies))]
    public void Namespaces_have_no_circle(string name)
    {
        Dictionary<string, HashSet<string>> arrows = Arrows(Types(Assembly.Load(name)), Room(name));
        Assert.That(arrows, Is.Not.Empty);
        Assert.That(Circle(arrows), Is.Empty);
    }

    // The document's table names every namespace; an arrow leads to the left, or stays in its cell.
    [TestCase("RnnJit.Core")]
    [TestCase("RnnJit.Runtime")]
    [TestCase("RnnJit.Gpu")]
    [TestCase("rnnjit")]
    public void The_table_of_the_document_is_their_order(string name)
    {
        Dictionary<string, int> cells = Cells(File.ReadAllLines(Repository.File("docs/architecture.md")), name);
        Dictionary<string, HashSet<string>> arrows = Arrows(Types(Assembly.Load(name)), space => space);
        arrows.Remove("RnnJit.Generated");
        Assert.That(cells.Keys, Is.EquivalentTo(arrows.Keys));
        Assert.That(Against(arrows, cells), Is.Empty);
    }

    [Test]
    public void An_arrow_against_the_table_is_found()
    {
        Dictionary<string, int> cells = Cells(["| x | below |", "| a.dll | `a`, `b` · `c` |"], "a.dll");
        var arrows = new Dictionary<string, HashSet<string>> { ["a"] = ["b"], ["b"] = [], ["c"] = ["a"] };
        Assert.That(cells, Is.EquivalentTo(new Dictionary<string, int> { ["a"] = 0, ["b"] = 0, ["c"] = 1 }));
        Assert.That(Against(arrows, cells), Is.Empty);
        arrows["b"].Add("c");
        Assert.That(Against(arrows, cells), Is.EqualTo(new[] { "b → c" }));
    }

    [Test]
    public void A_circle_is_found()
    {
        var arrows = new Dictionary<string, HashSet<string>> { ["a"] = ["b"], ["b"] = ["c", "d"], ["c"] = ["a"], ["d"] = [] };
        Assert.That(Circle(arrows), Is.EquivalentTo(new[] { "a", "b", "c" }));
        arrows["c"].Clear();
        Assert.That(Circle(arrows), Is.Empty);
    }

    [Test]
    public void Arrows_are_those_of_signatures_and_of_code()
    {
        Dictionary<string, HashSet<string>> arrows = Arrows([typeof(Left.Caller), typeof(Right.Called)], name => name);
        Assert.That(arrows[typeof(Left.Caller).Namespace!], Is.EquivalentTo(new[] { typeof(Right.Called).Namespace! }));
        Assert.That(arrows[typeof(Right.Called).Namespace!], Is.Empty);
    }

    private static Dictionary<string, int> Cells(string[] lines, string assembly)
    {
        string line = lines.Single(line => line.StartsWith($"| {assembly} | `", StringComparison.Ordinal));
        string[] cells = line.Split('|')[2].Split('·');
        return cells.SelectMany((cell, place) => cell.Split('`').Where((_, part) => part % 2 == 1).Select(space => (space, place)))
            .ToDictionary(pair => pair.space, pair => pair.place);
    }

    private static string[] Against(Dictionary<string, HashSet<string>> arrows, Dictionary<string, int> cells) =>
        [.. from arrow in arrows from to in arrow.Value where cells[to] > cells[arrow.Key] select $"{arrow.Key} → {to}"];

    private static Type[] Types(Assembly assembly) => [.. assembly.GetTypes().Where(type => type.Namespace?.StartsWith("RnnJit") == true)];

    private static Func<string, string> Room(string assembly) =>
        name => assembly == "RnnJit.Core" && Language.Contains(name) ? Language[0] : name;

    private static Dictionary<string, HashSet<string>> Arrows(Type[] types, Func<string, string> room)
    {
        var arrows = types.Select(type => room(type.Namespace!)).Distinct().ToDictionary(name => name, _ => new HashSet<string>());
        foreach (Type type in types)
        {
            string from = room(type.Namespace!);
            arrows[from].UnionWith(TypeReferences.Of(type).Where(other => other.Assembly == type.Assembly && other.Namespace is not null)
                .Select(other => room(other.Namespace!)).Where(to => to != from && arrows.ContainsKey(to)));
        }

        return arrows;
    }

    // Nodes without arrows into the rest are taken away until none is left that has none.
    private static string[] Circle(Dictionary<string, HashSet<string>> arrows)
    {
        var left = arrows.Keys.ToHashSet();
        bool Leaves(Func<string, bool> ends) => left.RemoveWhere(node => ends(node)) > 0;
        while (Leaves(node => !arrows[node].Overlaps(left)) || Leaves(node => !left.Any(other => arrows[other].Contains(node))))
        {
        }

        return [.. left.Order(StringComparer.Ordinal)];
    }
}
