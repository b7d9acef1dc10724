using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Generators.SimdVectors;

namespace RnnJit.Generators.Tests;

// That the members are right is for the tests of vectors; here, that each type gets all of them.
public class SimdVectorTests
{
    private const string Attribute = """
        namespace RnnJit.Cpu.Simd;

        [System.AttributeUsage(System.AttributeTargets.Struct)]
        internal sealed class SimdVectorAttribute(int bits, System.Type element) : System.Attribute;
        """;

    [Test]
    public void All_six_have_the_same_members_and_no_error_of_syntax()
    {
        var written = new List<string>();
        int[] widths = [128, 256, 512];
        foreach (var (bits, element) in widths.SelectMany(bits => new[] { (bits, "float"), (bits, "double") }))
        {
            string name = $"Vec{bits}F{(element == "float" ? 32 : 64)}";
            SyntaxTree tree = Written($"[SimdVector({bits}, typeof({element}))] public partial struct {name};")!;
            Assert.That(tree.GetDiagnostics(), Is.Empty);
            Assert.That(tree.ToString(), Does.Contain($"Count => {bits / (element == "float" ? 32 : 64)};"));
            written.Add(string.Join("\n", Heads(tree).Select(head => head.Replace(name, "V").Replace($"Vector{bits}", "Vector")
                .Replace("float", "T").Replace("double", "T")).Where(head => !head.Contains("Mask("))));
        }

        Assert.That(written.Distinct().Count(), Is.EqualTo(1));
        Assert.That(written[0].Split('\n'), Has.Length.GreaterThan(35).And.Some.Contains("MultiplyAdd"));
    }

    [Test]
    public void A_struct_without_the_attribute_gets_nothing() => Assert.That(Written("public partial struct Vec128F32;"), Is.Null);

    [Test]
    public void An_edit_elsewhere_writes_nothing_anew()
    {
        CSharpCompilation before = Compilation("[SimdVector(256, typeof(float))] public partial struct Vec256F32;");
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SimdVectorGenerator().AsSourceGenerator()],
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        GeneratorRunResult again = driver.RunGenerators(before)
            .RunGenerators(before.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Other { }"))).GetRunResult().Results[0];
        Assert.That(
            again.TrackedOutputSteps.SelectMany(pair => pair.Value).SelectMany(run => run.Outputs).Select(output => output.Reason),
            Is.Not.Empty.And.All.AnyOf(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged));
    }

    private static IEnumerable<string> Heads(SyntaxTree tree) =>
        tree.GetRoot().DescendantNodes().OfType<StructDeclarationSyntax>().Single().Members.Select(member => member switch
        {
            MethodDeclarationSyntax method => $"{method.Modifiers} {method.ReturnType} {method.Identifier}{method.ParameterList}",
            OperatorDeclarationSyntax operation => $"{operation.OperatorToken}{operation.ParameterList}",
            PropertyDeclarationSyntax property => $"{property.Type} {property.Identifier}",
            _ => member.Kind().ToString(),
        });

    private static CSharpCompilation Compilation(string vectors) =>
        Source.Compilation(Attribute, "namespace RnnJit.Cpu.Simd;\n\n" + vectors);

    private static SyntaxTree? Written(string vectors) =>
        CSharpGeneratorDriver.Create(new SimdVectorGenerator()).RunGenerators(Compilation(vectors)).GetRunResult().GeneratedTrees
            .SingleOrDefault();
}
