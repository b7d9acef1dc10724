using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using RnnJit.Cells;
using RnnJit.Generators.Diagnostics;

namespace RnnJit.Generators.Reading;

/// <summary>
/// Runs the body of <c>Step</c> without compiling it: walks Roslyn's operations, computes numbers as C# does and calls the operators and
/// functions of Core on symbolic values. Overloads, conversions and optional arguments were resolved by Roslyn, so the graph is the one
/// that a call gives.
/// </summary>
internal sealed partial class StepInterpreter(Compilation compilation, CellTrace trace, string cell, List<Finding> warnings,
    CancellationToken cancel)
{
    /// <summary>Operations that are walked before the reader gives up: a compiler must answer.</summary>
    private const int Budget = 200_000;

    private const int DeepestCall = 60;

    private readonly HashSet<SyntaxNode> warned = [];
    private readonly HashSet<int> labelled = [];
    private IMethodSymbol? step;
    private int walked;

    /// <summary>The parameters of <c>Step</c> that were read.</summary>
    public HashSet<string> UsedParameters { get; } = new(StringComparer.Ordinal);

    /// <summary>The last returned expression of <c>Step</c>.</summary>
    public Location? ReturnedAt { get; private set; }

    /// <summary>The returned values.</summary>
    /// <exception cref="ReadingStopped">The body cannot be read; the finding says where and why.</exception>
    public Value[] Run(IMethodSymbol method, object?[] arguments)
    {
        step = Implementation(method);
        object? result =
            Coerce(Enter(method, null, arguments, 0, method.DeclaringSyntaxReferences[0].GetSyntax(cancel)), method.ReturnType);
        object?[] elements = result is TupleValue tuple ? tuple.Items : [result];
        return elements.Select(element => element as Value
            ?? (element is Vector vector ? (Value)vector : throw ReadingStopped.At(ReturnedAt ?? method.Locations[0], "RNNJ023",
                $"Cell '{cell}': Step returns null (return a Value)"))).ToArray();
    }

    // Runs a method, a local function or a getter whose source is at hand.
    private object? Enter(IMethodSymbol method, Frame? around, object?[] arguments, int depth, SyntaxNode caller)
    {
        if (depth > DeepestCall)
            throw ReadingStopped.At(caller, "RNNJ030",
                $"The generator does not follow '{SourceText.Of(caller)}' deeper than {DeepestCall} calls, so the cell is traced at run "
                    + "time (write it as a loop)");

        CheckBudget(caller);
        method = Implementation(method);
        var frame = new Frame(method, around, depth);
        foreach (var (parameter, argument) in method.Parameters.Zip(arguments, (parameter, argument) => (parameter, argument)))
            frame.Variables[parameter] = argument;
        IOperation body = Body(method) ?? throw ReadingStopped.At(caller, "RNNJ030",
            $"The generator cannot read the body of '{method.Name}', so the cell is traced at run time "
                + "(write it as a plain static method)");
        Execute(body, frame);
        return frame.Result;
    }

    // Both parts of a partial method have parameters of their own; the body reads those of the second.
    private static IMethodSymbol Implementation(IMethodSymbol method) => method.PartialImplementationPart ?? method;

    private IOperation? Body(IMethodSymbol method)
    {
        if (method.IsAsync || method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancel) is not { } syntax)
            return null;

        return compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax, cancel) switch
        {
            IMethodBodyOperation body => body.BlockBody ?? body.ExpressionBody,
            ILocalFunctionOperation local => local.Body,
            IBlockOperation block => block,
            _ => null,
        };
    }

    // Called where the walk can repeat itself: at loops and calls.
    private void CheckBudget(SyntaxNode syntax)
    {
        cancel.ThrowIfCancellationRequested();
        if (walked > Budget)
            throw ReadingStopped.At(syntax, "RNNJ030",
                $"The generator gives up at '{SourceText.Of(syntax)}' after {Budget} operations, so the cell is traced at run time "
                    + "(make the loops shorter)");
    }

    private static void RequireStack(IOperation expression)
    {
        try
        {
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        }
        catch (InsufficientExecutionStackException)
        {
            throw ReadingStopped.Unreadable(expression, "give parts of the long expression names of their own");
        }
    }

    private ReadingStopped Fails(IOperation operation, string why) =>
        ReadingStopped.At(operation, "RNNJ023", $"Cell '{cell}': '{SourceText.Of(operation.Syntax)}' {why}");
}
