using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using RnnJit.Ir;

namespace RnnJit.Generators.Reading;

internal sealed partial class StepInterpreter
{
    // Calling these while tracing would freeze one answer into the cell.
    private static readonly HashSet<string> Impure = new(StringComparer.Ordinal)
    {
        "System.Console", "System.Random", "System.DateTime", "System.Guid", "System.Diagnostics.Stopwatch", "System.Environment",
    };

    private object? Call(IInvocationOperation call, Frame frame)
    {
        IMethodSymbol method = call.TargetMethod;
        bool known = CoreTypes.Find(method.ContainingType) is not null
            || CoreTypes.FullName(method.ContainingType) is "System.Math" or "System.MathF";
        if (!known && (method.DeclaringSyntaxReferences.Length == 0
            || !SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly)))
            throw Foreign(call, method);
        if (call.Instance is not null || method.Parameters.Any(parameter => parameter.RefKind != RefKind.None))
            throw ReadingStopped.Unreadable(call, "call a static method with parameters by value");

        object?[] arguments = Arguments(call, frame);
        if (known)
            return Invoke(method, arguments, call);

        // A local function sees the variables of the method around it.
        Frame? around = method.MethodKind == MethodKind.LocalFunction ? frame.Of(method) : null;
        return Enter(method.OriginalDefinition, around, arguments, frame.Depth + 1, call.Syntax);
    }

    private object?[] Arguments(IInvocationOperation call, Frame frame)
    {
        var arguments = new object?[call.TargetMethod.Parameters.Length];
        foreach (IArgumentOperation argument in call.Arguments)
            arguments[argument.Parameter!.Ordinal] = Coerce(Evaluate(argument.Value, frame), argument.Parameter.Type);
        return arguments;
    }

    // A method without source: its side effects would happen once instead of at every step, so it is refused or left to tracing.
    private static ReadingStopped Foreign(IInvocationOperation call, IMethodSymbol method)
    {
        string name = method.ContainingType.Name + "." + method.Name;
        return method.ReturnsVoid || Impure.Contains(CoreTypes.FullName(method.ContainingType))
            ? ReadingStopped.At(call, "RNNJ020", $"Step may not call '{name}' (only operators on Value and functions of Rnn are compiled)")
            : ReadingStopped.Unreadable(call,
                "only operators on Value, functions of Rnn and Math, and methods with source are compiled at build time");
    }

    private object? Invoke(IMethodSymbol method, object?[] arguments, IOperation operation)
    {
        MethodInfo found = CoreMethods.Find(method)
            ?? throw ReadingStopped.Unreadable(operation, $"this generator does not know '{method.Name}'");
        try
        {
            return CoreMethods.Invoke(found, arguments);
        }
        catch (GraphException e)
        {
            throw ReadingStopped.At(operation, e.Id, ShapeMessage.Of(cell, operation, arguments, e, trace));
        }
        catch (Exception e) when (e is NullReferenceException or ArgumentException or InvalidOperationException or IndexOutOfRangeException
            or ArithmeticException)
        {
            throw Fails(operation, $"fails: {e.Message} (give it other arguments)");
        }
    }

    private object? Member(IMemberReferenceOperation member, Frame frame)
    {
        if (member is IFieldReferenceOperation { Field: { ContainingType.IsTupleType: true } field, Instance: not null }
            && Evaluate(member.Instance, frame) is TupleValue tuple)
            return tuple.Items[field.ContainingType.TupleElements.IndexOf(
                field.ContainingType.TupleElements.First(element => Same(element, field)))];
        if (member is IPropertyReferenceOperation { Property: var property })
        {
            if (property.Name == "Length" && member.Instance is { Type: IArrayTypeSymbol }
                && Evaluate(member.Instance, frame) is object?[] items)
                return items.Length;
            if (property.Name == "Tensor" && CoreTypes.Find(property.ContainingType) is { } type && member.Instance is not null)
                return type.GetProperty("Tensor")!.GetValue(Evaluate(member.Instance, frame));
            if (property.IsStatic && property.GetMethod is { } getter
                && SymbolEqualityComparer.Default.Equals(getter.ContainingAssembly, compilation.Assembly) && Body(getter) is not null)
                return Enter(getter, null, [], frame.Depth + 1, member.Syntax);
        }

        throw ReadingStopped.Unreadable(member, "write a const or a parameter with a default");
    }

    private static bool Same(IFieldSymbol element, IFieldSymbol field) =>
        element.Name == field.Name || element.CorrespondingTupleField?.Name == (field.CorrespondingTupleField ?? field).Name;
}
