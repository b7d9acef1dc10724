using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RnnJit.Ir;

namespace RnnJit.Generators.Reading;

/// <summary>The class around <c>Step</c>: whether a part can be added to it, and which method is the step.</summary>
internal static class ClassReader
{
    private static readonly SymbolDisplayFormat Written =
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    private static readonly SymbolDisplayFormat Name =
        new(miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    public static CellPlace Place(INamedTypeSymbol cell)
    {
        Location location = cell.Locations[0];
        if (!cell.IsStatic || !IsPartial(cell))
            throw ReadingStopped.At(location, "RNNJ004",
                $"Cell '{cell.Name}' is {Found(cell)} (write public static partial class {cell.Name})");
        if (cell.IsGenericType)
            throw ReadingStopped.At(location, "RNNJ005",
                $"Cell '{cell.Name}' has type parameters, but a cell is one graph (leave them away)");
        if (cell.IsFileLocal)
            throw ReadingStopped.At(location, "RNNJ005",
                $"Cell '{cell.Name}' has file scope, so no generated file can complete it (write public static partial class {cell.Name})");

        var outer = new List<string>();
        bool visible = cell.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal;
        for (INamedTypeSymbol? type = cell.ContainingType; type is not null; type = type.ContainingType)
        {
            if (!IsPartial(type) || type.IsGenericType)
                throw ReadingStopped.At(location, "RNNJ005",
                    $"Cell '{cell.Name}' lies in '{type.Name}', which is {(type.IsGenericType ? "generic" : "not partial")} "
                        + $"(make '{type.Name}' partial without type parameters or move the cell out)");
            if (type.IsFileLocal)
                throw ReadingStopped.At(location, "RNNJ005",
                    $"Cell '{cell.Name}' lies in '{type.Name}', which has file scope, so no generated file can complete it "
                        + $"(make '{type.Name}' public or internal, or move the cell out)");
            outer.Insert(0, $"partial {Keyword(type)} {type.ToDisplayString(Name)}");
            visible &= type.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal;
        }

        string space = cell.ContainingNamespace.IsGlobalNamespace ? "" : cell.ContainingNamespace.ToDisplayString(Written);
        return new CellPlace(space, outer.ToEquatable(), cell.ToDisplayString(Name), visible);
    }

    public static IMethodSymbol Step(INamedTypeSymbol cell)
    {
        IMethodSymbol[] steps = cell.GetMembers("Step").OfType<IMethodSymbol>().ToArray();
        if (steps.Length > 1)
            throw ReadingStopped.At(steps[1].Locations[0], "RNNJ006",
                $"Cell '{cell.Name}' has {steps.Length} methods 'Step' (keep one and name the others differently)");
        if (steps.Length == 0 || !steps[0].IsStatic)
            throw ReadingStopped.At(cell.Locations[0], "RNNJ001",
                $"Cell '{cell.Name}' has no static method 'Step' (write public static Value Step(Value x, Value h, …))");
        if (steps[0].IsGenericMethod)
            throw ReadingStopped.At(steps[0].Locations[0], "RNNJ005",
                $"Cell '{cell.Name}': Step has type parameters, but a cell is one graph (leave them away)");
        return steps[0];
    }

    private static string Found(INamedTypeSymbol cell) => (cell.IsStatic, IsPartial(cell)) switch
    {
        (false, false) => "neither static nor partial",
        (false, true) => "not static",
        _ => "not partial",
    };

    private static bool IsPartial(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.Any(reference =>
        reference.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string Keyword(INamedTypeSymbol type) => (type.TypeKind, type.IsRecord) switch
    {
        (TypeKind.Struct, true) => "record struct",
        (TypeKind.Struct, false) => "struct",
        (TypeKind.Interface, _) => "interface",
        (_, true) => "record",
        _ => "class",
    };
}
