using System.Reflection;
using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Reading;

/// <summary>From a method that Roslyn chose to the same method of Core, and of C#'s mathematics on numbers.</summary>
internal static class CoreMethods
{
    private static readonly Dictionary<string, MethodInfo> Methods = Table();

    public static MethodInfo? Find(IMethodSymbol method) =>
        Methods.TryGetValue(Key(CoreTypes.FullName(method.ContainingType), method.Name,
            method.Parameters.Select(parameter => CoreTypes.FullName(parameter.Type))), out MethodInfo? found) ? found : null;

    /// <summary>Calls it; arrays and tuples of the reader become those of C# and back.</summary>
    public static object? Invoke(MethodInfo method, object?[] arguments)
    {
        ParameterInfo[] parameters = method.GetParameters();
        object?[] given = arguments.Select((argument, i) => Given(argument, parameters[i].ParameterType)).ToArray();
        try
        {
            return Taken(method.Invoke(null, given));
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e.InnerException).Throw();
            throw;
        }
    }

    private static object? Given(object? argument, Type type)
    {
        if (argument is not object?[] items || !type.IsArray)
            return argument;

        var array = Array.CreateInstance(type.GetElementType()!, items.Length);
        Array.Copy(items, array, items.Length);
        return array;
    }

    private static object? Taken(object? result)
    {
        if (result is Array array)
            return array.Cast<object?>().ToArray();
        if (result is not null && result.GetType().FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal))
            return new TupleValue(result.GetType().GetFields().OrderBy(field => field.Name, StringComparer.Ordinal)
                .Select(field => Taken(field.GetValue(result))).ToArray());
        return result;
    }

    private static Dictionary<string, MethodInfo> Table()
    {
        // MathF exists where the compiler runs, not in netstandard2.0.
        var mathematics = new[] { typeof(Math), typeof(Math).Assembly.GetType("System.MathF") }.OfType<Type>()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => !method.IsGenericMethod && IsNumber(method.ReturnType)
                && method.GetParameters().All(parameter => IsNumber(parameter.ParameterType)));
        var equations = new[] { typeof(Rnn), typeof(Attention), typeof(Value), typeof(Matrix), typeof(Vector), typeof(Ir.Dim) }
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static));
        return mathematics.Concat(equations).ToDictionary(
            method => Key(method.DeclaringType!.FullName!, method.Name,
                method.GetParameters().Select(parameter => parameter.ParameterType.FullName!)), StringComparer.Ordinal);
    }

    private static bool IsNumber(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(float) || type == typeof(double) || type == typeof(bool);

    private static string Key(string type, string name, IEnumerable<string> parameters) => $"{type}.{name}({string.Join(",", parameters)})";
}
