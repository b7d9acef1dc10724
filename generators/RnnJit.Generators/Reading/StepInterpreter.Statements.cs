using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace RnnJit.Generators.Reading;

internal sealed partial class StepInterpreter
{
    private Flow Execute(IOperation statement, Frame frame)
    {
        walked++;
        switch (statement)
        {
            case IBlockOperation block:
                return ExecuteAll(block.Operations, frame);
            case IVariableDeclarationGroupOperation group:
                foreach (IVariableDeclaratorOperation variable in group.Declarations.SelectMany(declaration => declaration.Declarators))
                    Declare(variable, frame);
                return Flow.Next;
            case IExpressionStatementOperation expression:
                Evaluate(expression.Operation, frame);
                return Flow.Next;
            case IReturnOperation { Kind: OperationKind.Return } returned:
                return Return(returned, frame);
            case IConditionalOperation conditional:
                IOperation? branch = Condition(conditional.Condition, frame) ? conditional.WhenTrue : conditional.WhenFalse;
                return branch is null ? Flow.Next : Execute(branch, frame);
            case IForLoopOperation loop:
                ExecuteAll(loop.Before, frame);
                return Loop(loop.Condition, loop.Body, loop.AtLoopBottom, testFirst: true, frame);
            case IWhileLoopOperation { ConditionIsUntil: false, Condition: not null } loop:
                return Loop(loop.Condition, loop.Body, [], loop.ConditionIsTop, frame);
            case IForEachLoopOperation loop:
                return ForEach(loop, frame);
            case IBranchOperation { BranchKind: BranchKind.Break }:
                return Flow.Break;
            case IBranchOperation { BranchKind: BranchKind.Continue }:
                return Flow.Continue;
            case IEmptyOperation or ILocalFunctionOperation:
                return Flow.Next;
            case IThrowOperation:
                throw Fails(statement, "is reached for these numbers (change them or the condition)");
            case IInvalidOperation:
                throw new ReadingStopped(null);
            default:
                throw ReadingStopped.Unreadable(statement, "write it with locals, if, for, foreach and return");
        }
    }

    private Flow ExecuteAll(IEnumerable<IOperation> statements, Frame frame)
    {
        foreach (IOperation statement in statements)
        {
            Flow flow = Execute(statement, frame);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    private void Declare(IVariableDeclaratorOperation variable, Frame frame)
    {
        if (variable.Symbol.RefKind != RefKind.None)
            throw ReadingStopped.Unreadable(variable, "use a local without ref");
        IVariableInitializerOperation? initializer = variable.Initializer
            ?? (variable.Parent as IVariableDeclarationOperation)?.Initializer;
        frame.Variables[variable.Symbol] =
            initializer is null ? null : Named(variable.Symbol, Coerce(Evaluate(initializer.Value, frame), variable.Symbol.Type));
    }

    private Flow Return(IReturnOperation returned, Frame frame)
    {
        if (SymbolEqualityComparer.Default.Equals(frame.Method, step))
            ReturnedAt = returned.ReturnedValue?.Syntax.GetLocation();
        frame.Result = returned.ReturnedValue is null ? null : Coerce(Evaluate(returned.ReturnedValue, frame), frame.Method.ReturnType);
        return Flow.Return;
    }

    private Flow Loop(IOperation? condition, IOperation body, IEnumerable<IOperation> bottom, bool testFirst, Frame frame)
    {
        for (bool test = testFirst; ; test = true)
        {
            CheckBudget((condition ?? body).Syntax);
            if (test && condition is not null && !Condition(condition, frame))
                return Flow.Next;
            Flow flow = Execute(body, frame);
            if (flow is Flow.Return or Flow.Break)
                return flow == Flow.Return ? flow : Flow.Next;
            ExecuteAll(bottom, frame);
        }
    }

    private Flow ForEach(IForEachLoopOperation loop, Frame frame)
    {
        if (Evaluate(loop.Collection, frame) is not object?[] items)
            throw ReadingStopped.Unreadable(loop.Collection, "go over an array");

        // C# reads each element when its turn comes, so the body may change those to come.
        for (int i = 0; i < items.Length; i++)
        {
            object? item = items[i];
            CheckBudget(loop.Collection.Syntax);
            if (loop.LoopControlVariable is IVariableDeclaratorOperation variable)
                frame.Variables[variable.Symbol] = Coerce(item, variable.Symbol.Type);
            else
                Assign(loop.LoopControlVariable, item, frame);
            Flow flow = Execute(loop.Body, frame);
            if (flow is Flow.Return or Flow.Break)
                return flow == Flow.Return ? flow : Flow.Next;
        }

        return Flow.Next;
    }

    private bool Condition(IOperation condition, Frame frame) => Evaluate(condition, frame) is bool known
        ? known
        : throw ReadingStopped.Unreadable(condition, "decide by numbers that are known at build time");
}
