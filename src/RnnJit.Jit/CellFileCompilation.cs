using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RnnJit.Jit;

/// <summary>A file as C# in memory. Usings that every cell needs may be left away.</summary>
internal sealed class CellFileCompilation
{
    private const string Usings =
        "global using System; global using System.Collections.Generic; global using System.Linq; global using RnnJit; global using static "
            + "RnnJit.Rnn;";

    private CellFileCompilation(SyntaxTree tree)
    {
        Compilation = CSharpCompilation.Create(
            "RnnJit.CellFile",
            [tree, CSharpSyntaxTree.ParseText(Usings)],
            CellFileReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
                nullableContextOptions: NullableContextOptions.Enable));
        SemanticModel model = Compilation.GetSemanticModel(tree);
        Cells = tree.GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>().Select(type => model.GetDeclaredSymbol(type))
            .OfType<INamedTypeSymbol>()
            .Where(IsCell).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default).ToArray();
    }

    public CSharpCompilation Compilation { get; }

    /// <summary>The classes marked <see cref="RnnCellAttribute"/>, in the order of the file.</summary>
    public IReadOnlyList<INamedTypeSymbol> Cells { get; }

    public IEnumerable<Diagnostic> Errors =>
        Compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    /// <exception cref="CellFileException">There is no such file, or it cannot be read.</exception>
    public static CellFileCompilation Of(string path)
    {
        try
        {
            return new CellFileCompilation(CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(path), Encoding.UTF8), path: path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CellFileException([$"There is no file '{path}' (give the path of a C# file with a class marked [RnnCell])"], e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CellFileException(
                [$"The file '{path}' cannot be read: {e.Message} (give the path of a C# file with a class marked [RnnCell])"], e);
        }
    }

    /// <summary>Loads the code, hands a class to <paramref name="use"/> and forgets the code again.</summary>
    public T Run<T>(INamedTypeSymbol cell, Func<Type, T> use)
    {
        using var image = new MemoryStream();
        var result = Compilation.Emit(image);
        if (!result.Success)
            throw new CellFileException(result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Select(error => error.ToString()).ToArray());
        image.Position = 0;
        var context = new AssemblyLoadContext(Compilation.AssemblyName, isCollectible: true);
        context.Resolving += static (_, name) => CellFileReferences.Find(name);
        try
        {
            Assembly assembly = context.LoadFromStream(image);
            return use(assembly.GetType(MetadataName(cell), throwOnError: true)!);
        }
        finally
        {
            context.Unload();
        }
    }

    private static string MetadataName(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
            return MetadataName(outer) + "+" + type.MetadataName;
        return type.ContainingNamespace.IsGlobalNamespace ? type.MetadataName : type.ContainingNamespace.ToDisplayString() + "."
            + type.MetadataName;
    }

    private static bool IsCell(INamedTypeSymbol type) =>
        type.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString() == typeof(RnnCellAttribute).FullName);
}
