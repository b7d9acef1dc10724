using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RnnJit.Generators.Tests;

public class CachingTests
{
    private const string Warned = """
        using RnnJit;
        using static RnnJit.Rnn;

        [RnnCell]
        public static partial class C
        {
            public static Value Step(Value x, Value h, Matrix W, Matrix U)
            {
                var a = W * x;
                return Tanh(a + U * h * h);
            }
        }
        """;


    [Test]
    public void An_edit_elsewhere_changes_nothing() =>
        Assert.That(Reasons(Warned, 1, "class Other { int n; }"),
            Is.All.AnyOf(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged));

    [Test]
    public void Moved_code_moves_sentences_but_writes_no_file()
    {
        Assert.That(Reasons(Warned, 0, "// moved\n" + Warned, CellGenerator.Models),
            Is.All.AnyOf(IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged));
        Assert.That(Reasons(Warned, 0, "// moved\n" + Warned, CellGenerator.Findings), Is.All.EqualTo(IncrementalStepRunReason.Modified));
    }

    [Test]
    public void Another_equation_writes_the_file_anew() =>
        Assert.That(Reasons(Warned, 0, Warned.Replace("Tanh", "Sigmoid"), CellGenerator.Models),
            Is.All.EqualTo(IncrementalStepRunReason.Modified));

    [Test]
    public void A_renamed_local_writes_the_file_anew() =>
        Assert.That(Reasons(Warned, 0, Warned.Replace("var a", "var b").Replace("(a", "(b"), CellGenerator.Models),
            Is.All.EqualTo(IncrementalStepRunReason.Modified));

    // Edits one of two files and gives the reasons of the tracked steps and of what is written.
    private static IncrementalStepRunReason[] Reasons(string cell, int edited, string edit, string? step = null)
    {
        CSharpCompilation before = Source.Compilation(cell, "class Other { }");
        SyntaxTree old = before.SyntaxTrees[edited];
        CSharpCompilation after =
            before.ReplaceSyntaxTree(old, CSharpSyntaxTree.ParseText(edit, (CSharpParseOptions)old.Options, old.FilePath));
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new CellGenerator().AsSourceGenerator()],
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        GeneratorRunResult result = driver.RunGenerators(before).RunGenerators(after).GetRunResult().Results[0];
        Assert.That(result.Exception, Is.Null);
        var steps = step is null
            ? new[] { CellGenerator.Readings, CellGenerator.Models, CellGenerator.Findings, CellGenerator.Kernels }
                .SelectMany(name => result.TrackedSteps[name]).Concat(result.TrackedOutputSteps.SelectMany(pair => pair.Value))
            : result.TrackedSteps[step];
        IncrementalStepRunReason[] reasons = steps.SelectMany(run => run.Outputs).Select(output => output.Reason).ToArray();
        Assert.That(reasons, Is.Not.Empty);
        return reasons;
    }
}
