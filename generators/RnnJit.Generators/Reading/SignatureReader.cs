using System.Globalization;
using Microsoft.CodeAnalysis;
using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Generators.Reading;

/// <summary>The head of <c>Step</c> from its symbol, as the runtime reads it by reflection.</summary>
internal static class SignatureReader
{
    public static CellSignature Read(IMethodSymbol step, IReadOnlyDictionary<string, double>? numbers)
    {
        string cell = step.ContainingType.Name;
        CellParameter[] parameters = step.Parameters.Select(parameter => Describe(cell, parameter, numbers)).ToArray();
        foreach (string name in numbers?.Keys ?? [])
        {
            if (!parameters.Any(parameter => parameter.Kind == ParameterKind.Number && parameter.Name == name))
                throw ReadingStopped.At(step.Locations[0], "RNNJ016", CellMessages.NoSuchNumber(cell, name, parameters));
        }

        return new CellSignature(cell, parameters.ToEquatable(), Results(cell, step));
    }

    private static CellParameter Describe(string cell, IParameterSymbol parameter, IReadOnlyDictionary<string, double>? numbers)
    {
        string name = parameter.Name;
        Location location = parameter.Locations[0];
        if (parameter.Type.TypeKind == TypeKind.Error)
            throw new ReadingStopped(null);
        if (parameter.RefKind != RefKind.None)
            throw ReadingStopped.At(location, "RNNJ003",
                $"Cell '{cell}': parameter '{name}' is passed by {parameter.RefKind.ToString().ToLowerInvariant()} (pass it by value)");
        if (parameter.Type.SpecialType is SpecialType.System_Single or SpecialType.System_Int32 or SpecialType.System_Double)
            return new CellParameter(name, ParameterKind.Number, Number: Number(cell, parameter, numbers));

        bool perSequence = Attribute(parameter, "RnnJit.PerSequenceAttribute") is not null;
        ParameterKind kind = CoreTypes.FullName(parameter.Type) switch
        {
            CoreTypes.Value => perSequence ? ParameterKind.PerSequence : ParameterKind.Value,
            "RnnJit.Matrix" => ParameterKind.Matrix,
            "RnnJit.Vector" => ParameterKind.Vector,
            "RnnJit.Tensor3" => ParameterKind.Tensor3,
            "RnnJit.Indices" => ParameterKind.Indices,
            _ => throw ReadingStopped.At(location, "RNNJ003", CellMessages.NoSuchType(cell, name, CoreTypes.ShortName(parameter.Type))),
        };
        string init = Attribute(parameter, "RnnJit.InitAttribute")?.ConstructorArguments.FirstOrDefault().Value as string ?? "";
        return new CellParameter(
            name, kind, init, Dims(Attribute(parameter, "RnnJit.DimsAttribute")),
            IsGiven: perSequence && kind is ParameterKind.Matrix or ParameterKind.Vector or ParameterKind.Tensor3);
    }

    private static double Number(string cell, IParameterSymbol parameter, IReadOnlyDictionary<string, double>? numbers)
    {
        if (numbers is not null && numbers.TryGetValue(parameter.Name, out double given))
            return given;
        if (parameter.HasExplicitDefaultValue)
            return Convert.ToDouble(parameter.ExplicitDefaultValue, CultureInfo.InvariantCulture);

        throw ReadingStopped.At(parameter.Locations[0], "RNNJ015",
            $"Cell '{cell}': the number '{parameter.Name}' has no value (give it a default such as {parameter.Name} = 1)");
    }

    private static EquatableArray<string> Results(string cell, IMethodSymbol step)
    {
        if (CoreTypes.IsValue(step.ReturnType))
            return default;
        if (step.ReturnType.TypeKind == TypeKind.Error)
            throw new ReadingStopped(null);
        if (step.ReturnType is not INamedTypeSymbol { IsTupleType: true } tuple)
            throw ReadingStopped.At(step.Locations[0], "RNNJ002",
                $"Cell '{cell}': Step returns {step.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)} "
                    + "(return Value or a tuple of Values)");
        if (tuple.TupleElements.FirstOrDefault(
            element => !CoreTypes.IsValue(element.Type) && CoreTypes.FullName(element.Type) != "RnnJit.Vector") is { } other)
        {
            return other.Type.TypeKind == TypeKind.Error
                ? throw new ReadingStopped(null)
                : throw ReadingStopped.At(step.Locations[0], "RNNJ002",
                    $"Cell '{cell}': Step returns an element of type {CoreTypes.ShortName(other.Type)} "
                        + "(return Value or a tuple of Values)");
        }

        return tuple.TupleElements.Select(element => element.Name).ToEquatable();
    }

    private static AttributeData? Attribute(IParameterSymbol parameter, string name) =>
        parameter.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass is { } type && CoreTypes.FullName(type) == name);

    private static EquatableArray<string> Dims(AttributeData? attribute) =>
        attribute?.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } names
            ? names.Values.Select(name => name.Value as string ?? "").ToEquatable()
            : default;
}
