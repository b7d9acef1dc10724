using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Ir;

namespace RnnJit.Generators.MicroKernels;

/// <summary>
/// Writes the runtime's register-blocked kernels, which differ only in numbers: every accumulator must be a local of its own, because the
/// JIT keeps no array in registers. Only the runtime has a class with this attribute.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class MicroKernelGenerator : IIncrementalGenerator
{
    private const string Attribute = "RnnJit.Cpu.Gemm.MicroKernelAttribute";
    private const string FileName = "RnnJit.Cpu.Gemm.Kernels.g.cs";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<EquatableArray<MicroKernel>> families = context.SyntaxProvider.ForAttributeWithMetadataName(
            Attribute,
            static (node, _) => node is ClassDeclarationSyntax,
            static (found, _) => new EquatableArray<MicroKernel>(found.Attributes.Select(Read)));
        context.RegisterSourceOutput(families, static (output, family) =>
            output.AddSource(FileName, Microsoft.CodeAnalysis.Text.SourceText.From(MicroKernelSource.Write(family), Encoding.UTF8)));
    }

    private static MicroKernel Read(AttributeData kernel)
    {
        ImmutableArray<TypedConstant> numbers = kernel.ConstructorArguments;
        return new MicroKernel((int)numbers[0].Value!, (int)numbers[1].Value!, (int)numbers[2].Value!);
    }
}
