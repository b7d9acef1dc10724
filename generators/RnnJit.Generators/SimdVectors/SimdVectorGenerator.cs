using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RnnJit.Generators.SimdVectors;

/// <summary>
/// Writes the members of the runtime's vector types, which differ in width and element only. One generic struct could not say it: classes
/// of intrinsics such as <c>Vector512</c> are static, and no type parameter stands for one. Only the runtime has structs with this
/// attribute.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class SimdVectorGenerator : IIncrementalGenerator
{
    private const string Attribute = "RnnJit.Cpu.Simd.SimdVectorAttribute";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<SimdVector> vectors = context.SyntaxProvider.ForAttributeWithMetadataName(
            Attribute,
            static (node, _) => node is StructDeclarationSyntax,
            static (found, _) => Read(found.TargetSymbol.Name, found.Attributes[0]));
        context.RegisterSourceOutput(vectors, static (output, vector) => output.AddSource(
            $"RnnJit.Cpu.Simd.{vector.Name}.g.cs", SourceText.From(SimdVectorSource.Write(vector), Encoding.UTF8)));
    }

    private static SimdVector Read(string name, AttributeData vector) => new(name, (int)vector.ConstructorArguments[0].Value!,
        ((ITypeSymbol)vector.ConstructorArguments[1].Value!).SpecialType == SpecialType.System_Double);
}
