using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using RnnJit.Cells;
using RnnJit.Ir;

namespace RnnJit.Generators.Reading;

/// <summary>A broken rule of graphs, said in the words of the source.</summary>
internal static class ShapeMessage
{
    public static string Of(string cell, IOperation operation, object?[] arguments, GraphException error, CellTrace trace)
    {
        string source = SourceText.Of(operation.Syntax);
        if (operation is IBinaryOperation { LeftOperand: var left, RightOperand: var right } && arguments.Length == 2
            && arguments[0] is Matrix w && arguments[1] is Value { Type.Rank: > 0 } x)
        {
            string inputs = WithNames(x.Type.Dims[x.Type.Rank - 1].ToString(), trace);
            string matrix = SourceText.Of(left.Syntax), operand = SourceText.Of(right.Syntax);
            return $"Cell '{cell}': '{source}' needs {matrix}[·, {inputs}] for {operand}: {Type(x, trace)} but '{matrix}' is "
                + $"{Type(w.Tensor, trace)} (change one of them)";
        }

        return $"Cell '{cell}': '{source}': {WithNames(error.Message, trace)}";
    }

    /// <summary>Unknown dimensions get the names that the finished cell would show; those that no parameter has are '·'.</summary>
    public static string WithNames(string text, CellTrace trace)
    {
        TypeMap names = trace.NameDims();
        return Regex.Replace(text, @"\?\d+", unknown =>
        {
            string name = names.Map(trace.Builder.Dims.Resolve(Dim.Symbol(unknown.Value))).ToString();
            return name.StartsWith("?", StringComparison.Ordinal) ? "·" : name;
        });
    }

    private static string Type(Value value, CellTrace trace) => WithNames(value.Type.ToString(), trace);
}
