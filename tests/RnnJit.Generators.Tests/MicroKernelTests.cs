using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RnnJit.Generators.MicroKernels;

namespace RnnJit.Generators.Tests;

// That the kernels are right is for the tests of products; here, that the family is what the list asks for.
public class MicroKernelTests
{
    private const string Attribute = """
        namespace RnnJit.Cpu.Gemm;

        [System.AttributeUsage(System.AttributeTargets.Class, AllowMultiple = true)]
        internal sealed class MicroKernelAttribute(int rows, int panels, int steps) : System.Attribute;
        """;

    [TestCase(1, 6, 4)]
    [TestCase(3, 2, 4)]
    [TestCase(6, 1, 1)]
    [TestCase(12, 1, 2)]
    public void A_kernel_has_two_accumulators_for_each_row_and_panel(int rows, int panels, int steps)
    {
        string text = Written($"[MicroKernel({rows}, {panels}, {steps})] internal static partial class Kernels<V, T> {{ }}")!;

        // The loop of several k, where there is one, and that of the rest.
        int chains = 2 * rows * panels, steppedOver = steps == 1 ? 1 : steps + 1;
        Assert.That(Regex.Matches(text, @"= default").Count, Is.EqualTo(chains));
        Assert.That(Regex.Matches(text, @"V\.AddProduct\(").Count, Is.EqualTo(chains * steppedOver));
        Assert.That(Regex.Matches(text, @"V\.Store\(").Count, Is.EqualTo(chains));
        Assert.That(CSharpSyntaxTree.ParseText(text).GetDiagnostics(), Is.Empty);
    }

    [Test]
    public void Every_kernel_of_the_list_can_be_chosen()
    {
        string text = Written("[MicroKernel(2, 1, 4)][MicroKernel(2, 2, 4)] internal static partial class Kernels<V, T> { }")!;
        Assert.That(text,
            Does.Contain("case (1, 2): Rows2Panels1<L, S>(ref t); return;").And.Contain("case (2, 2): Rows2Panels2<L, S>(ref t); return;"));
    }

    [Test]
    public void A_class_without_a_list_gets_nothing() => Assert.That(Written("internal static partial class Kernels<V, T> { }"), Is.Null);

    [Test]
    public void An_edit_elsewhere_writes_nothing_anew()
    {
        CSharpCompilation before = Compilation("[MicroKernel(2, 1, 4)] internal static partial class Kernels<V, T> { }");
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new MicroKernelGenerator().AsSourceGenerator()],
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        GeneratorRunResult again = driver.RunGenerators(before)
            .RunGenerators(before.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Other { }"))).GetRunResult().Results[0];
        Assert.That(
            again.TrackedOutputSteps.SelectMany(pair => pair.Value).SelectMany(run => run.Outputs).Select(output => output.Reason),
            Is.Not.Empty.And.All.AnyOf(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged));
    }

    private static CSharpCompilation Compilation(string kernels) =>
        Source.Compilation(Attribute, "namespace RnnJit.Cpu.Gemm;\n\n" + kernels);

    private static string? Written(string kernels) =>
        CSharpGeneratorDriver.Create(new MicroKernelGenerator()).RunGenerators(Compilation(kernels)).GetRunResult().GeneratedTrees
            .SingleOrDefault()?.ToString();
}
