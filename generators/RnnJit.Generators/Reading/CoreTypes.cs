using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Reading;

/// <summary>The types of equations as symbols.</summary>
internal static class CoreTypes
{
    public const string Value = "RnnJit.Value";

    private static readonly Dictionary<string, Type> Known = new[]
    {
        typeof(Rnn), typeof(Attention), typeof(Value), typeof(Matrix), typeof(Vector), typeof(Tensor3), typeof(Indices), typeof(Ir.Dim),
    }.ToDictionary(type => type.FullName, StringComparer.Ordinal);

    /// <summary>Name with namespace, as reflection writes it.</summary>
    public static string FullName(ITypeSymbol type) => type is IArrayTypeSymbol array
        ? FullName(array.ElementType) + "[]"
        : type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "."
            + type.MetadataName : type.MetadataName;

    /// <summary>Name without namespace, as reflection writes it.</summary>
    public static string ShortName(ITypeSymbol type) => type is IArrayTypeSymbol array
        ? ShortName(array.ElementType) + $"[{new string(',', array.Rank - 1)}]"
        : type.Name.Length > 0 ? type.Name : type.ToDisplayString();

    public static bool IsValue(ITypeSymbol? type) => type is not null && FullName(type) == Value;

    /// <summary>The type that equations are made of, null for all others.</summary>
    public static Type? Find(ITypeSymbol? type) => type is not null && Known.TryGetValue(FullName(type), out Type? found) ? found : null;

    public static bool IsSymbolic(ITypeSymbol? type) =>
        type is IArrayTypeSymbol array ? IsSymbolic(array.ElementType) : Find(type) is not null;
}
