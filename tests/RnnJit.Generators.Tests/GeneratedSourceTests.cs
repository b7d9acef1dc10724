using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Tests;

public class GeneratedSourceTests
{
    private const string Body = "public static Value Step(Value x, Value h, Matrix W, Matrix U) { var a = W * x; return Tanh(a + U * h); }";

    [TestCase("/// <summary>d</summary>\n[RnnCell] public static partial class C { /// <summary>d</summary>\nBODY }")]
    [TestCase("namespace A.B; /// <summary>d</summary>\n[RnnCell] public static partial class C { /// <summary>d</summary>\nBODY }")]
    [TestCase(
        "namespace A { internal partial struct S { internal partial record R { [RnnCell] internal static partial class C { BODY } } } }")]
    [TestCase("internal partial class P { [RnnCell] private static partial class C { BODY } }")]
    [TestCase("internal partial interface P { [RnnCell] internal static partial class C { BODY } }")]
    [TestCase("[RnnCell] internal static partial class @event { BODY }")]
    public void It_compiles_with_warnings_as_errors(string text)
    {
        var (reported, completed, result) = Source.Marked(text.Replace("BODY", Body)).Run();
        Assert.That(reported, Is.Empty);
        Assert.That(result.GeneratedTrees.Count(tree => tree.ToString().Contains("partial class")), Is.GreaterThanOrEqualTo(1));
        Assert.That(result.GeneratedTrees.Count(tree => tree.ToString().Contains(": IKernel")), Is.GreaterThanOrEqualTo(2));
        Assert.That(completed.GetDiagnostics().Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Hidden), Is.Empty);
    }

    // Each name with all its dots and underlines read alike would be A_B_C.
    [Test]
    public void Kernels_of_cells_with_names_that_look_alike_have_names_of_their_own()
    {
        string text =
            $"namespace A {{ [RnnCell] internal static partial class B_C {{ {Body} }} }}\nnamespace A_B {{ [RnnCell] internal static "
                + $"partial class C {{ {Body.Replace("Tanh", "Sigmoid")} }} }}";
        var (reported, completed, result) = Source.Marked(text).Run();
        Assert.That(reported, Is.Empty);
        Assert.That(result.GeneratedTrees.Count(tree => tree.ToString().Contains(": IKernel")), Is.GreaterThanOrEqualTo(4));
        Assert.That(completed.GetDiagnostics().Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Hidden), Is.Empty);
    }

    [Test]
    public void A_step_that_is_a_partial_method_is_read()
    {
        const string Text =
            "[RnnCell] internal static partial class C { public static partial Value Step(Value h); public static partial Value "
                + "Step(Value h) => Tanh(h); }";
        var (reported, completed, result) = Source.Marked(Text).Run();
        Assert.That(reported, Is.Empty);
        Assert.That(result.GeneratedTrees.Count(tree => tree.ToString().Contains("CanonicalText")), Is.GreaterThanOrEqualTo(1));
        Assert.That(completed.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
    }

    [Test]
    public void An_unreadable_cell_is_registered_by_its_type_alone()
    {
        string text =
            Source.Step("Value Step(Value h) => Tanh(h) * Environment.ProcessorCount;").Run().Result.GeneratedTrees.Single().ToString();
        Assert.That(text, Does.Contain("CellRegistry.Register(typeof(C));").And.Not.Contain("CanonicalText"));
    }

    [Test]
    public void The_text_of_the_class_is_registered_without_its_indentation()
    {
        const string Text =
            "namespace A\n{\n    // before\n    [RnnCell]\n    internal static partial class C\n    {\n        // \"\"\"\" {x}\n\n"
                + "        internal static Value Step(Value h) => Tanh(h);\n    }\n}";
        var (_, completed, result) = Source.Marked(Text).Run();
        Assert.That(completed.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        Microsoft.CodeAnalysis.SyntaxTree tree = result.GeneratedTrees.Single(tree => tree.ToString().Contains("RegisterCell"));
        var call = tree.GetRoot().DescendantNodes().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.InvocationExpressionSyntax>().Last();
        var literal = (Microsoft.CodeAnalysis.CSharp.Syntax.LiteralExpressionSyntax)call.ArgumentList.Arguments[0].Expression;
        Assert.That(literal.Token.ValueText, Is.EqualTo(
            "[RnnCell]\ninternal static partial class C\n{\n    // \"\"\"\" {x}\n\n"
                + "    internal static Value Step(Value h) => Tanh(h);\n}"));
    }

    // A class of the same name in another file is another one, so a part of it would be a class that nobody wrote.
    [Test]
    public void A_cell_of_file_scope_gets_no_file() =>
        Assert.That(Source.Marked($"[RnnCell] file static partial class C {{ {Body} }}").Run().Result.GeneratedTrees, Is.Empty);

    [Test]
    public void A_wrong_cell_gets_no_file() =>
        Assert.That(Source.Step("Value Step(Value h, string s) => Tanh(h);").Run().Result.GeneratedTrees, Is.Empty);
}
