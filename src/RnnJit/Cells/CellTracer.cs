using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>The door at run time: calls a cell's <c>Step</c> on symbolic values.</summary>
public static class CellTracer
{
    /// <summary>Traces a class marked <see cref="RnnCellAttribute"/>.</summary>
    /// <param name="numbers">Other values for the cell's float and int parameters.</param>
    /// <exception cref="GraphException">RNNJ0xx: the class is no cell.</exception>
    public static CellDefinition Trace(
        [DynamicallyAccessedMembers(
            DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods)] Type cell,
        IReadOnlyDictionary<string, double>? numbers = null)
    {
        MethodInfo step = FindStep(cell.Name, cell.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic));
        CellParameter[] parameters = step.GetParameters().Select(parameter => Describe(cell.Name, parameter, numbers)).ToArray();
        foreach (string name in numbers?.Keys ?? [])
        {
            if (!parameters.Any(parameter => parameter.Kind == ParameterKind.Number && parameter.Name == name))
                throw new GraphException("RNNJ016", CellMessages.NoSuchNumber(cell.Name, name, parameters));
        }

        var trace = new CellTrace(new CellSignature(cell.Name, parameters.ToEquatable(), ResultNames(step)));
        object[] arguments = trace.Arguments.Zip(step.GetParameters(), (argument, parameter) =>
            argument is double number ? Convert.ChangeType(number, parameter.ParameterType,
                System.Globalization.CultureInfo.InvariantCulture) : argument).ToArray();
        object? result;
        try
        {
            result = step.Invoke(null, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is GraphException inner)
        {
            throw inner;
        }

        return trace.Finish(result switch
        {
            Value value => [value],
            ITuple tuple => Enumerable.Range(0, tuple.Length).Select(i => AsValue(cell.Name, tuple[i])).ToArray(),
            _ => throw new GraphException("RNNJ002",
                $"Cell '{cell.Name}': Step returns {step.ReturnType.Name} (return Value or a tuple of Values)"),
        });
    }

    private static MethodInfo FindStep(string cell, IEnumerable<MethodInfo> methods) =>
        methods.Where(method => method.Name == "Step").ToArray() switch
        {
            [var only] => only,
            [] => throw new GraphException("RNNJ001",
                $"Cell '{cell}' has no static method 'Step' (write public static Value Step(Value x, Value h, …))"),
            var several => throw new GraphException("RNNJ006",
                $"Cell '{cell}' has {several.Length} methods 'Step' (keep one and name the others differently)"),
        };

    private static Value AsValue(string cell, object? element) => element switch
    {
        Value value => value,
        Vector vector => vector,
        _ => throw new GraphException("RNNJ002",
            $"Cell '{cell}': Step returns an element of type {element?.GetType().Name ?? "null"} (return Value or a tuple of Values)"),
    };

    private static CellParameter Describe(string cell, ParameterInfo parameter, IReadOnlyDictionary<string, double>? numbers)
    {
        Type type = parameter.ParameterType;
        string name = parameter.Name!;
        if (type == typeof(float) || type == typeof(int) || type == typeof(double))
        {
            object? given = numbers is not null
                && numbers.TryGetValue(name, out double number) ? number : parameter.HasDefaultValue ? parameter.DefaultValue : null;
            return given is null
                ? throw new GraphException("RNNJ015",
                    $"Cell '{cell}': the number '{name}' has no value (give it a default such as {name} = 1)")
                : new CellParameter(name, ParameterKind.Number,
                    Number: Convert.ToDouble(given, System.Globalization.CultureInfo.InvariantCulture));
        }

        ParameterKind kind =
            type == typeof(Value) ? parameter.IsDefined(typeof(PerSequenceAttribute)) ? ParameterKind.PerSequence : ParameterKind.Value
            : type == typeof(Matrix) ? ParameterKind.Matrix
            : type == typeof(Vector) ? ParameterKind.Vector
            : type == typeof(Tensor3) ? ParameterKind.Tensor3
            : type == typeof(Indices) ? ParameterKind.Indices
            : throw new GraphException("RNNJ003", CellMessages.NoSuchType(cell, name, type.Name));
        return new CellParameter(
            name, kind, parameter.GetCustomAttribute<InitAttribute>()?.Kind ?? "",
            (parameter.GetCustomAttribute<DimsAttribute>()?.Names ?? []).ToEquatable(),
            IsGiven: kind is ParameterKind.Matrix or ParameterKind.Vector or ParameterKind.Tensor3
                && parameter.IsDefined(typeof(PerSequenceAttribute)));
    }

    private static EquatableArray<string> ResultNames(MethodInfo step)
    {
        if (!typeof(ITuple).IsAssignableFrom(step.ReturnType))
            return default;

        IList<string?> names = step.ReturnParameter.GetCustomAttribute<TupleElementNamesAttribute>()?.TransformNames ?? [];
        return Enumerable.Range(0, Elements(step.ReturnType)).Select(i => (i < names.Count ? names[i] : null) ?? "Item" + (i + 1))
            .ToEquatable();
    }

    // C# nests the elements of a tuple after the seventh in an eighth field.
    private static int Elements(Type tuple)
    {
        Type[] types = tuple.GetGenericArguments();
        return types.Length < 8 ? types.Length : 7 + Elements(types[7]);
    }
}
