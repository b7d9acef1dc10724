using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace RnnJit.Generators.Reading;

internal sealed partial class StepInterpreter
{
    /// <summary>
    /// An assignable location (variable, array element, discard or tuple of these), resolved before the right side is evaluated, as in C#.
    /// </summary>
    private sealed record Target(ITypeSymbol? Type, Func<object?> Get, Action<object?> Set);

    private Target Resolve(IOperation target, Frame frame)
    {
        switch (target)
        {
            case ILocalReferenceOperation { Local: var local }:
                return Variable(local, local.Type, frame);
            case IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter }:
                return Variable(parameter, parameter.Type, frame);
            case IDeclarationExpressionOperation declaration:
                return Resolve(declaration.Expression, frame);
            case IDiscardOperation:
                return new Target(target.Type, () => null, _ => { });
            case IArrayElementReferenceOperation { Indices.Length: 1 } element:
                return Element(element, frame);
            case ITupleOperation tuple:
                return Elements(tuple, frame);
            case IFieldReferenceOperation { Field.IsStatic: true } or IPropertyReferenceOperation { Property.IsStatic: true }
                or IEventReferenceOperation:
                throw ReadingStopped.At(target, "RNNJ022",
                    $"Step may not change '{SourceText.Of(target.Syntax)}' (a step is a function of its parameters; return the new value "
                        + "as a state)");
            case IInvalidOperation:
                throw new ReadingStopped(null);
            default:
                throw ReadingStopped.Unreadable(target, "assign to locals and elements of arrays");
        }
    }

    private Target Variable(ISymbol symbol, ITypeSymbol type, Frame frame)
    {
        Frame owner = frame.Of(symbol);
        return new Target(type, () => owner.Variables[symbol], value => owner.Variables[symbol] = Named(symbol, value));
    }

    private Target Element(IArrayElementReferenceOperation element, Frame frame)
    {
        if (Evaluate(element.ArrayReference, frame) is not object?[] array)
            throw ReadingStopped.Unreadable(element, "use an array that Step makes");
        int index = Evaluate(element.Indices[0], frame) switch
        {
            int fromStart => fromStart,
            FromEnd fromEnd => array.Length - fromEnd.Count,
            _ => throw ReadingStopped.Unreadable(element, "index with an int"),
        };
        if (index < 0 || index >= array.Length)
            throw Fails(element, $"is element {index} of an array of {array.Length} (use an index from 0 to {array.Length - 1})");
        return new Target(element.Type, () => array[index], value => array[index] = value);
    }

    private Target Elements(ITupleOperation tuple, Frame frame)
    {
        Target[] targets = tuple.Elements.Select(element => Resolve(element, frame)).ToArray();
        return new Target(
            tuple.Type,
            () => new TupleValue(targets.Select(target => target.Get()).ToArray()),
            value =>
            {
                if (value is not TupleValue { Items: var items } || items.Length != targets.Length)
                    throw ReadingStopped.Unreadable(tuple, "take a tuple apart");
                for (int i = 0; i < targets.Length; i++)
                    targets[i].Set(Coerce(items[i], targets[i].Type));
            });
    }

    private void Assign(IOperation target, object? value, Frame frame)
    {
        Target place = Resolve(target, frame);
        place.Set(Coerce(value, place.Type));
    }

    private object? Assign(ISimpleAssignmentOperation assignment, Frame frame)
    {
        Target target = Resolve(assignment.Target, frame);
        object? value = Coerce(Evaluate(assignment.Value, frame), target.Type);
        target.Set(value);
        return value;
    }

    private object? Deconstruct(IDeconstructionAssignmentOperation assignment, Frame frame)
    {
        Target target = Resolve(assignment.Target, frame);
        object? value = Evaluate(assignment.Value, frame);
        target.Set(value);
        return value;
    }

    private object? Assign(ICompoundAssignmentOperation assignment, Frame frame)
    {
        Target target = Resolve(assignment.Target, frame);
        object? left = target.Get(), right = Evaluate(assignment.Value, frame);
        object? result;
        if (assignment.OperatorMethod is { } method && CoreTypes.Find(method.ContainingType) is not null)
        {
            result = Invoke(method, [Coerce(left, method.Parameters[0].Type), right], assignment);
        }
        else
        {
            result = Guard(assignment, () => Arithmetic.Binary(assignment.OperatorKind,
                Arithmetic.Convert(left, assignment.Value.Type?.SpecialType ?? default), right, assignment.IsChecked))
                ?? throw ReadingStopped.Unreadable(assignment, "write it as x = x + y");
        }

        result = Coerce(result, target.Type);
        target.Set(result);
        return result;
    }

    private object? Increment(IIncrementOrDecrementOperation increment, Frame frame)
    {
        Target target = Resolve(increment.Target, frame);
        object? old = target.Get();
        SpecialType type = increment.Target.Type?.SpecialType ?? default;
        BinaryOperatorKind kind = increment.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract;
        object? next = Guard(increment, () => Arithmetic.Binary(kind, old, Arithmetic.Convert(1, type), increment.IsChecked))
            ?? throw ReadingStopped.Unreadable(increment, "count with an int");
        target.Set(next);
        return increment.IsPostfix ? old : next;
    }

    // The conversions that C# makes silently: between numbers, from Vector to Value, within tuples.
    private static object? Coerce(object? value, ITypeSymbol? type) => (value, type) switch
    {
        (null, _) or (_, null) => value,
        (Vector vector, _) when CoreTypes.IsValue(type) => (Value)vector,
        (TupleValue tuple, INamedTypeSymbol { IsTupleType: true } named) when named.TupleElements.Length == tuple.Items.Length =>
            new TupleValue(tuple.Items.Zip(named.TupleElements, (item, element) => Coerce(item, element.Type)).ToArray()),
        _ => Arithmetic.Convert(value, type!.SpecialType),
    };

    // The first local that holds a value names it in kernels; inputs have their names.
    private object? Named(ISymbol local, object? value)
    {
        if (local is not ILocalSymbol || local.Name.Length == 0)
            return value;
        if (value is Value single)
            Label(single, local.Name);
        else if (value is object?[] items)
        {
            for (int i = 0; i < items.Length; i++)
            {
                if (items[i] is Value item)
                    Label(item, local.Name + i);
            }
        }

        return value;
    }

    private void Label(Value value, string name)
    {
        if (trace.Builder.Definition(value) is not null && labelled.Add(value.Id))
            trace.Builder.Label(value, name);
    }
}
