using Microsoft.CodeAnalysis;

namespace RnnJit.Generators.Reading;

/// <summary>A tuple while reading; arrays are <c>object?[]</c>, numbers are boxed, values are themselves.</summary>
internal sealed record TupleValue(object?[] Items);

/// <summary>Variables of one call. A local function sees those of the method around it.</summary>
internal sealed class Frame(IMethodSymbol method, Frame? around, int depth)
{
    public IMethodSymbol Method { get; } = method;

    public Frame? Around { get; } = around;

    public int Depth { get; } = depth;

    public Dictionary<ISymbol, object?> Variables { get; } = new(SymbolEqualityComparer.Default);

    public object? Result { get; set; }

    /// <summary>The frame that holds a variable, or this one for a new variable.</summary>
    public Frame Of(ISymbol variable)
    {
        for (Frame? frame = this; frame is not null; frame = frame.Around)
        {
            if (SymbolEqualityComparer.Default.Equals(frame.Method, variable.ContainingSymbol))
                return frame;
        }

        return this;
    }
}

/// <summary>The control transfer at the end of an interpreted statement: to the next statement, or a break, continue or return.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
    Return,
}
