using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Generators.Emission;
using RnnJit.Generators.Reading;
using RnnJit.Planning;

namespace RnnJit.Generators.Tests;

/// <summary>Steps of hundreds of rounds in a build. What is counted is what is written, never a time.</summary>
public class LongStepTests
{
    private const string Line = """
        using RnnJit;
        using static RnnJit.Rnn;

        [RnnCell]
        public static partial class C
        {
            public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b, Vector a, int times = 1)
            {
                Value v = x;
                for (int i = 0; i < times; i++)
                    v = v + Tanh(a * v) * v;
                return Tanh(W * v + U * h + b);
            }
        }
        """;

    private const string Gru = """
        using RnnJit;
        using static RnnJit.Rnn;

        [RnnCell]
        public static partial class C
        {
            public static Value Step(Value x, Value h, Matrix Wz, Matrix Uz, Vector bz, Matrix Wr, Matrix Ur, Vector br, Matrix Wn, Matrix Un, Vector bn, int times = 1)
            {
                for (int i = 0; i < times; i++)
                {
                    Value z = Sigmoid(Wz * x + Uz * h + bz);
                    Value r = Sigmoid(Wr * x + Ur * h + br);
                    Value n = Tanh(Wn * x + Un * (r * h) + bn);
                    h = (1 - z) * n + z * h;
                }

                return h;
            }
        }
        """;

    [TestCase(Line)]
    [TestCase(Gru)]
    public void Kernels_of_300_rounds_are_few_and_bounded(string cell)
    {
        GeneratorRunResult result =
            CSharpGeneratorDriver.Create(new CellGenerator()).RunGenerators(Of(cell, 300)).GetRunResult().Results[0];
        Assert.That(result.Exception, Is.Null);
        Assert.That(result.Diagnostics, Is.Empty);
        string[] kernels = result.GeneratedSources.Where(source => source.HintName.Contains("_Kernel"))
            .Select(source => source.SourceText.ToString()).ToArray();
        Assert.That(kernels, Has.Length.InRange(1, 60), "equal rounds have equal kernels");
        Assert.That(kernels.Select(Operations), Is.All.AtMost(Fuse.MostOperations));
    }

    [Test]
    public void A_token_that_is_cancelled_meanwhile_ends_the_kernels_of_a_long_step()
    {
        CSharpCompilation compilation = Of(Gru, 300);
        SyntaxTree tree = compilation.SyntaxTrees[0];
        var declared = (INamedTypeSymbol)compilation.GetSemanticModel(tree)
            .GetDeclaredSymbol(tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().Single())!;
        CellModel model = CellReader.Read(declared, compilation, CancellationToken.None).Model!;
        Assert.That(model.Cell, Is.Not.Null);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        Assert.That(() => KernelSource.Of(model, source.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private static CSharpCompilation Of(string cell, int rounds) =>
        Source.Compilation(cell.Replace("int times = 1", $"int times = {rounds}"));

    // By the text that a kernel is known by. Products may stand beside the bound, for they stay with
    // the additions that they are fused with.
    private static int Operations(string kernel) =>
        kernel.Split('\n').Count(line => line.StartsWith("    //   %", StringComparison.Ordinal) && !line.Contains(" = mul "));
}
