using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace RnnJit.Generators.Reading;

/// <summary>C#'s arithmetic on numbers that are known while reading: int wraps around (or overflows where checked), float
/// rounds after each operation.</summary>
internal static class Arithmetic
{
    public static bool IsNumber(object? value) => value is int or long or float or double;

    /// <summary>The value of a binary operator, null where this is no operator on these operands. Both have the same type,
    /// as C#'s promotion made them.</summary>
    public static object? Binary(BinaryOperatorKind kind, object? a, object? b, bool isChecked) => (a, b) switch
    {
        (int x, int y) => Compare(kind, x.CompareTo(y)) ?? Narrow(Whole(kind, x, y, isChecked), isChecked),
        (long x, long y) => Compare(kind, x.CompareTo(y)) ?? Whole(kind, x, y, isChecked),
        (float x, float y) => Ordered(kind, x, y) ?? Real(kind, x, y),
        (double x, double y) => Ordered(kind, x, y) ?? Real(kind, x, y),
        (bool x, bool y) => Logic(kind, x, y),
        (string x, string y) => kind switch { BinaryOperatorKind.Equals => x == y, BinaryOperatorKind.NotEquals => x != y, _ => null },
        _ => null,
    };

    public static object? Unary(UnaryOperatorKind kind, object? x, bool isChecked) => (kind, x) switch
    {
        (UnaryOperatorKind.Plus, _) when IsNumber(x) => x,
        (UnaryOperatorKind.Minus, int v) => Narrow(-(long)v, isChecked),
        (UnaryOperatorKind.Minus, long v) => isChecked ? checked(-v) : unchecked(-v),
        (UnaryOperatorKind.Minus, float v) => -v,
        (UnaryOperatorKind.Minus, double v) => -v,
        (UnaryOperatorKind.Not, bool v) => !v,
        (UnaryOperatorKind.BitwiseNegation, int v) => ~v,
        _ => null,
    };

    /// <summary>A number in another type; what is no number stays.</summary>
    public static object? Convert(object? value, SpecialType type, bool isChecked = false) => (type, value) switch
    {
        (SpecialType.System_Int32, float or double) => isChecked ? checked((int)Widen(value)) : unchecked((int)Widen(value)),
        (SpecialType.System_Int32, int or long) => Narrow(System.Convert.ToInt64(value, CultureInfo.InvariantCulture), isChecked),
        (SpecialType.System_Int64, float or double) => isChecked ? checked((long)Widen(value)) : unchecked((long)Widen(value)),
        (SpecialType.System_Int64, int v) => (long)v,
        (SpecialType.System_Single, int v) => (float)v,
        (SpecialType.System_Single, long v) => (float)v,
        (SpecialType.System_Single, double v) => (float)v,
        (SpecialType.System_Double, int or long or float) => Widen(value),
        _ => value,
    };

    private static double Widen(object? value) => System.Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static object? Narrow(object? whole, bool isChecked) =>
        whole is long value ? isChecked ? checked((int)value) : unchecked((int)value) : whole;

    // int is computed in long and cut.
    private static object? Whole(BinaryOperatorKind kind, long x, long y, bool isChecked) => kind switch
    {
        BinaryOperatorKind.Add => isChecked ? checked(x + y) : unchecked(x + y),
        BinaryOperatorKind.Subtract => isChecked ? checked(x - y) : unchecked(x - y),
        BinaryOperatorKind.Multiply => isChecked ? checked(x * y) : unchecked(x * y),
        BinaryOperatorKind.Divide => x / y,
        BinaryOperatorKind.Remainder => x % y,
        BinaryOperatorKind.And => x & y,
        BinaryOperatorKind.Or => x | y,
        BinaryOperatorKind.ExclusiveOr => x ^ y,
        _ => null,
    };

    private static object? Real(BinaryOperatorKind kind, float x, float y) => kind switch
    {
        BinaryOperatorKind.Add => (float)(x + y),
        BinaryOperatorKind.Subtract => (float)(x - y),
        BinaryOperatorKind.Multiply => (float)(x * y),
        BinaryOperatorKind.Divide => (float)(x / y),
        BinaryOperatorKind.Remainder => (float)(x % y),
        _ => null,
    };

    private static object? Real(BinaryOperatorKind kind, double x, double y) => kind switch
    {
        BinaryOperatorKind.Add => x + y,
        BinaryOperatorKind.Subtract => x - y,
        BinaryOperatorKind.Multiply => x * y,
        BinaryOperatorKind.Divide => x / y,
        BinaryOperatorKind.Remainder => x % y,
        _ => null,
    };

    private static object? Compare(BinaryOperatorKind kind, int sign) => kind switch
    {
        BinaryOperatorKind.Equals => sign == 0,
        BinaryOperatorKind.NotEquals => sign != 0,
        BinaryOperatorKind.LessThan => sign < 0,
        BinaryOperatorKind.LessThanOrEqual => sign <= 0,
        BinaryOperatorKind.GreaterThan => sign > 0,
        BinaryOperatorKind.GreaterThanOrEqual => sign >= 0,
        _ => null,
    };

    // CompareTo orders NaN; C#'s operators do not.
    private static object? Ordered(BinaryOperatorKind kind, double x, double y) => kind switch
    {
        BinaryOperatorKind.Equals => x == y,
        BinaryOperatorKind.NotEquals => x != y,
        BinaryOperatorKind.LessThan => x < y,
        BinaryOperatorKind.LessThanOrEqual => x <= y,
        BinaryOperatorKind.GreaterThan => x > y,
        BinaryOperatorKind.GreaterThanOrEqual => x >= y,
        _ => null,
    };

    private static object? Logic(BinaryOperatorKind kind, bool x, bool y) => kind switch
    {
        BinaryOperatorKind.Equals => x == y,
        BinaryOperatorKind.NotEquals or BinaryOperatorKind.ExclusiveOr => x != y,
        BinaryOperatorKind.And => x & y,
        BinaryOperatorKind.Or => x | y,
        _ => null,
    };
}
