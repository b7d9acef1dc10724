using System.Globalization;
using System.Text;

namespace RnnJit.Ir;

/// <content>The text of a dimension.</content>
public sealed partial class Dim
{
    private string Format()
    {
        if (AsSymbol is { } only)
            return only;
        if (IsConstant)
            return Constant.ToString(CultureInfo.InvariantCulture);
        var sum = new StringBuilder();
        foreach (var (symbol, coefficient) in terms)
            Append(sum, coefficient, symbol);
        if (Constant != 0)
            Append(sum, Constant, "");
        return sum.ToString();
    }

    private static void Append(StringBuilder sum, int number, string symbol)
    {
        bool first = sum.Length == 0;
        sum.Append(number < 0 ? (first ? "-" : " - ") : (first ? "" : " + "));
        int size = Math.Abs(number);
        if (size != 1 || symbol.Length == 0)
            sum.Append(size.ToString(CultureInfo.InvariantCulture));
        sum.Append(symbol);
    }
}
