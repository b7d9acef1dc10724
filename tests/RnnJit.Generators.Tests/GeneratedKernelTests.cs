using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Generators.Emission;

namespace RnnJit.Generators.Tests;

public class GeneratedKernelTests
{
    private const string Cell =
        "[RnnCell] internal static partial class NAME { public static Value Step(Value x, Value h, Matrix W, Matrix U) => Tanh(W * x + U "
            + "* h) * 0.5; }";

    private static readonly string[] Cells = ["A", "_A", "Full", "V", "KernelRegistration", "Kernel_1"];

    // The compilation is as strict as a user's can be: checked, nullable, every warning an error, nothing unsafe.
    [TestCaseSource(nameof(Cells))]
    public void They_compile_in_any_project(string name)
    {
        var (reported, completed, result) = Source.Marked($"namespace Tests.{name};\n" + Cell.Replace("NAME", name)).Run();
        Assert.That(reported, Is.Empty);
        Assert.That(Kernels(result), Is.Not.Empty);
        Assert.That(((CSharpCompilationOptions)completed.Options).AllowUnsafe, Is.False);
        Compilation alone = completed.WithReferences(completed.References.Where(IsNeeded));
        Assert.That(alone.References.Count(), Is.LessThan(completed.References.Count()));
        Assert.That(alone.GetDiagnostics().Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Hidden), Is.Empty);
    }

    // The framework and what the package brings.
    private static bool IsNeeded(MetadataReference reference) =>
        Path.GetDirectoryName(reference.Display) == Path.GetDirectoryName(typeof(object).Assembly.Location)
        || Path.GetFileName(reference.Display) is "RnnJit.Runtime.dll" or "RnnJit.Core.dll";

    [Test]
    public void The_same_kernel_of_two_cells_is_written_once()
    {
        int one = Kernels(Source.Marked(Cell.Replace("NAME", "A")).Run().Result).Length;
        Assert.That(Kernels(Source.Marked(Cell.Replace("NAME", "A") + "\n" + Cell.Replace("NAME", "B")).Run().Result),
            Has.Length.EqualTo(one));
    }

    [Test]
    public void Each_kernel_is_registered_by_its_module_with_its_text()
    {
        GeneratorDriverRunResult result = Source.Marked(Cell.Replace("NAME", "A")).Run().Result;
        SyntaxTree registration = result.GeneratedTrees.Single(tree => tree.FilePath.EndsWith("KernelRegistration.g.cs"));
        string texts = registration.GetRoot().DescendantNodes().OfType<LiteralExpressionSyntax>()
            .Single(literal => literal.IsKind(SyntaxKind.Utf8StringLiteralExpression)).Token.ValueText;
        foreach (string kernel in Kernels(result))
        {
            Match place = Regex.Match(registration.ToString(), $@"Body<{kernel}>\(Texts\.Slice\((\d+), (\d+)\), text, real\)");
            Assert.That(place.Success, kernel);
            int Number(int group) => int.Parse(place.Groups[group].Value, CultureInfo.InvariantCulture);
            string[] lines = texts.Substring(Number(1), Number(2)).TrimEnd('\n').Split('\n');
            Assert.That(lines[0], Is.EqualTo("kernel fused"));
            Assert.That(result.GeneratedTrees.Single(tree => tree.FilePath.EndsWith($".{kernel}.g.cs")).ToString(),
                Does.Contain("\n{\n" + string.Concat(lines.Select(line => $"    // {line}\n")) + "\n"));
        }
    }

    [Test]
    public void Standard_kernels_are_written_where_the_assembly_asks_for_them()
    {
        var (reported, completed, result) = Source.Marked("[assembly: RnnJit.Emit.StandardKernels]").Run();
        Assert.That(reported, Is.Empty);
        Assert.That(Kernels(result), Has.Length.EqualTo(KernelSource.Standard.Count));
        Assert.That(completed.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity is DiagnosticSeverity.Warning or DiagnosticSeverity.Error), Is.Empty);
    }

    [Test]
    public void Without_cells_nothing_is_written() => Assert.That(Source.Marked("class C { }").Run().Result.GeneratedTrees, Is.Empty);

    private static string[] Kernels(GeneratorDriverRunResult result) =>
        result.GeneratedTrees.Where(tree => tree.ToString().Contains(": IKernel"))
        .Select(tree => Path.GetFileNameWithoutExtension(tree.FilePath).Replace("RnnJit.Generated.", "").Replace(".g", "")).ToArray();
}
