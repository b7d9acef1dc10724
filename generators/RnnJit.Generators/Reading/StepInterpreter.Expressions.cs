using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace RnnJit.Generators.Reading;

internal sealed partial class StepInterpreter
{
    private object? Evaluate(IOperation expression, Frame frame)
    {
        walked++;
        RequireStack(expression);
        if (expression.ConstantValue is { HasValue: true, Value: var constant })
            return constant;

        return expression switch
        {
            ILocalReferenceOperation local => frame.Of(local.Local).Variables[local.Local],
            IParameterReferenceOperation parameter => Parameter(parameter.Parameter, frame),
            IFieldReferenceOperation or IPropertyReferenceOperation => Member((IMemberReferenceOperation)expression, frame),
            IBinaryOperation binary => Binary(binary, frame),
            IUnaryOperation unary => Unary(unary, frame),
            IInvocationOperation call => Call(call, frame),
            IConversionOperation conversion => Convert(conversion, frame),
            IConditionalOperation choice => Evaluate(Condition(choice.Condition, frame) ? choice.WhenTrue : choice.WhenFalse!, frame),
            ITupleOperation tuple => new TupleValue(tuple.Elements.Select(element => Evaluate(element, frame)).ToArray()),
            IArrayElementReferenceOperation or IDeclarationExpressionOperation => Resolve(expression, frame).Get(),
            IArrayCreationOperation creation => CreateArray(creation, frame),
            ICollectionExpressionOperation { Type: IArrayTypeSymbol array } list when !list.Elements.Any(
                element => element is ISpreadOperation) =>
                list.Elements.Select(element => Coerce(Evaluate(element, frame), array.ElementType)).ToArray(),
            ISimpleAssignmentOperation { IsRef: false } assignment => Assign(assignment, frame),
            ICompoundAssignmentOperation assignment => Assign(assignment, frame),
            IDeconstructionAssignmentOperation assignment => Deconstruct(assignment, frame),
            IIncrementOrDecrementOperation increment => Increment(increment, frame),
            IDefaultValueOperation { Type.IsReferenceType: true } => null,
            IIsPatternOperation or IIsTypeOperation or ISwitchExpressionOperation => throw Choice(expression),
            IInvalidOperation => throw new ReadingStopped(null),
            _ => throw ReadingStopped.Unreadable(expression, "write it with operators on Value and functions of Rnn"),
        };
    }

    private object? Parameter(IParameterSymbol parameter, Frame frame)
    {
        if (SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, step))
            UsedParameters.Add(parameter.Name);
        return frame.Of(parameter).Variables[parameter];
    }

    // A choice between values is data: the graph has no branches.
    private static ReadingStopped Choice(IOperation expression) =>
        expression.ChildOperations.FirstOrDefault() is { } operand && CoreTypes.IsSymbolic(operand.Type)
        ? DependsOnData(expression)
        : ReadingStopped.Unreadable(expression, "decide with if or ?: by numbers that are known at build time");

    private static ReadingStopped DependsOnData(IOperation expression) => ReadingStopped.At(
        expression, "RNNJ021",
        $"Step may not decide by '{SourceText.Of(expression.Syntax)}' (values are known at run time only; write Select(Less(a, b), …, …))");

    private object? Binary(IBinaryOperation binary, Frame frame)
    {
        if (binary.OperatorKind is BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr)
            return Condition(binary.LeftOperand, frame) == (binary.OperatorKind == BinaryOperatorKind.ConditionalAnd)
                ? Condition(binary.RightOperand, frame)
                : binary.OperatorKind == BinaryOperatorKind.ConditionalOr;

        Trap.Check(binary, warned, warnings);
        object? left = Evaluate(binary.LeftOperand, frame), right = Evaluate(binary.RightOperand, frame);
        if (binary.OperatorMethod is { } method && CoreTypes.Find(method.ContainingType) is not null)
            return Invoke(method, [left, right], binary);
        if (left is Value or Vector or Matrix || right is Value or Vector or Matrix)
            throw DependsOnData(binary);

        return Guard(binary, () => Arithmetic.Binary(binary.OperatorKind, left, right, binary.IsChecked))
            ?? throw ReadingStopped.Unreadable(binary, "write it with numbers of type int, float or double");
    }

    private object? Unary(IUnaryOperation unary, Frame frame)
    {
        object? operand = Evaluate(unary.Operand, frame);
        if (unary.OperatorKind == UnaryOperatorKind.Hat && operand is int fromEnd)
            return new FromEnd(fromEnd);
        if (unary.OperatorMethod is { } method && CoreTypes.Find(method.ContainingType) is not null)
            return Invoke(method, [operand], unary);

        return Guard(unary, () => Arithmetic.Unary(unary.OperatorKind, operand, unary.IsChecked))
            ?? throw ReadingStopped.Unreadable(unary, "write it with numbers of type int, float or double");
    }

    private object? Convert(IConversionOperation conversion, Frame frame)
    {
        object? operand = Evaluate(conversion.Operand, frame);
        if (conversion.OperatorMethod is { } method && CoreTypes.Find(method.ContainingType) is not null)
            return Invoke(method, [operand], conversion);
        if (conversion.OperatorMethod is not null)
            throw ReadingStopped.Unreadable(conversion, "convert between numbers, Vector and Value only");

        return Guard(conversion, () => conversion.IsChecked && conversion.Type is { } type ? Arithmetic.Convert(operand, type.SpecialType,
            isChecked: true) : Coerce(operand, conversion.Type));
    }

    private object?[] CreateArray(IArrayCreationOperation creation, Frame frame)
    {
        var type = (IArrayTypeSymbol)creation.Type!;
        if (type.Rank != 1)
            throw ReadingStopped.Unreadable(creation, "use arrays of one dimension");
        if (creation.Initializer is { } initializer)
            return initializer.ElementValues.Select(element => Coerce(Evaluate(element, frame), type.ElementType)).ToArray();

        int length = Evaluate(creation.DimensionSizes[0], frame) as int?
            ?? throw ReadingStopped.Unreadable(creation, "give the length as an int");
        if (length is < 0 or > Budget)
            throw Fails(creation, $"has {length} elements (use a length from 0 to {Budget})");
        object? zero = type.ElementType.SpecialType == SpecialType.System_Boolean ? false
            : type.ElementType.IsReferenceType ? null : Arithmetic.Convert(0, type.ElementType.SpecialType);
        return Enumerable.Repeat(zero, length).ToArray();
    }

    // An exception that C# would throw while tracing the cell is reported as an error in the source.
    private object? Guard(IOperation operation, Func<object?> compute)
    {
        try
        {
            return compute();
        }
        catch (ArithmeticException e)
        {
            throw Fails(operation, $"fails for these numbers: {e.Message} (change them)");
        }
    }

    /// <summary>An index counted from the end, as in <c>z[^1]</c>.</summary>
    private sealed record FromEnd(int Count);
}
