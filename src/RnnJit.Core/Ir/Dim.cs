using System.Globalization;

namespace RnnJit.Ir;

/// <summary>A dimension: a linear form with integer coefficients over symbols, such as <c>H</c>, <c>4H</c>, <c>I + H</c> or <c>2L + 1</c>.</summary>
/// <remarks>Every number lies between −(2³¹ − 1) and 2³¹ − 1; arithmetic that leaves this range throws a <see cref="GraphException"/> (RNNJ200).</remarks>
public sealed class Dim : IEquatable<Dim>
{
    private const int LongestText = 1000, MostTerms = 64;

    private static readonly Dim Zero = new(0, []), One = new(1, []);

    private readonly (string Symbol, int Coefficient)[] terms;
    private readonly string text;

    // Numbers come in 64 bits, so that no sum or product of two that are stored wraps.
    private Dim(long constant, IEnumerable<(string Symbol, long Coefficient)> terms)
    {
        Constant = Narrow(constant);
        var kept = new List<(string Symbol, int Coefficient)>();
        foreach (var (symbol, coefficient) in terms)
        {
            if (coefficient != 0)
                kept.Add((symbol, Narrow(coefficient)));
        }

        if (kept.Count > MostTerms)
            throw new GraphException("RNNJ102", $"A dimension is a sum of {kept.Count} symbols, wanted at most {MostTerms} (give one symbol the size of several)");
        kept.Sort((a, b) => string.CompareOrdinal(a.Symbol, b.Symbol));
        this.terms = kept.ToArray();
        text = Format();
    }

    public int Constant { get; }

    public IReadOnlyList<(string Symbol, int Coefficient)> Terms => terms;

    public bool IsConstant => terms.Length == 0;

    /// <summary>The symbol when this dimension is one symbol alone, else null.</summary>
    public string? AsSymbol => Constant == 0 && terms.Length == 1 && terms[0].Coefficient == 1 ? terms[0].Symbol : null;

    public static Dim Of(int value) => value switch { 0 => Zero, 1 => One, _ => new(value, []) };

    public static Dim Symbol(string name) => new(0, [(name, 1)]);

    public static implicit operator Dim(int value) => Of(value);

    public static implicit operator Dim(string text) => Parse(text);

    public static Dim operator +(Dim left, Dim right) => Combine(left, right, 1);

    public static Dim operator -(Dim left, Dim right) => Combine(left, right, -1);

    public static Dim operator *(int factor, Dim dim) =>
        new((long)factor * dim.Constant, dim.terms.Select(term => (term.Symbol, (long)factor * term.Coefficient)));

    public static bool operator ==(Dim? left, Dim? right) => left?.text == right?.text;

    public static bool operator !=(Dim? left, Dim? right) => !(left == right);

    public bool IsOne => terms.Length == 0 && Constant == 1;

    /// <summary>Replaces every symbol by the dimension that <paramref name="map"/> gives.</summary>
    public Dim Substitute(Func<string, Dim> map)
    {
        if (AsSymbol is { } only)
            return map(only);
        Dim result = Of(Constant);
        foreach (var (symbol, coefficient) in terms)
            result += coefficient * map(symbol);

        return result;
    }

    /// <summary>The value for given sizes of the symbols.</summary>
    /// <exception cref="GraphException">RNNJ101: a symbol has no size. RNNJ200: the value is out of range.</exception>
    public int Evaluate(IReadOnlyDictionary<string, int> sizes)
    {
        long value = Constant;
        foreach (var (symbol, coefficient) in terms)
        {
            if (!sizes.TryGetValue(symbol, out int size))
                throw new GraphException("RNNJ101", $"The size of dimension '{symbol}' is not known (bind it to a number)");
            value = Sum(value, (long)coefficient * size);
        }

        return Narrow(value);
    }

    /// <summary>The least value for symbols of 1 and more; null where it is unbounded below.</summary>
    internal long? Least => terms.All(term => term.Coefficient > 0) ? terms.Aggregate((long)Constant, (sum, term) => Sum(sum, term.Coefficient)) : null;

    /// <summary>Whether some sizes of 1 and more make the value 0 or more.</summary>
    internal bool CanBeExtent => Constant >= 0 || terms.Any(term => term.Coefficient > 0);

    /// <summary>Reads what <see cref="ToString"/> prints.</summary>
    /// <exception cref="GraphException">RNNJ102: the text is no linear form. RNNJ200: a sum of its numbers is out of range.</exception>
    public static Dim Parse(string text)
    {
        if (text.Length > LongestText)
            throw new GraphException("RNNJ102", $"A dimension has {text.Length} characters, wanted at most {LongestText} (give its symbols shorter names)");
        long constant = 0;
        var terms = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string part in text.Replace("-", "+-").Split(['+'], StringSplitOptions.RemoveEmptyEntries))
        {
            string term = part.Replace(" ", "");
            if (term.Length == 0)
                continue;
            int sign = term[0] == '-' ? -1 : 1;
            int start = sign < 0 ? 1 : 0;
            int digits = start;
            while (digits < term.Length && term[digits] is >= '0' and <= '9')
                digits++;
            string symbol = term.Substring(digits);
            if ((digits == start && symbol.Length == 0) || symbol.Any(c => !char.IsLetterOrDigit(c) && c is not ('_' or '?')))
                throw new GraphException("RNNJ102", $"'{text}' is no dimension (write a number, a symbol or a sum such as 4H or I + H)");
            if (!int.TryParse(term.Substring(start, digits - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                number = digits == start ? 1 : throw new GraphException("RNNJ102", $"'{text}' is no dimension (the number is too large)");
            if (symbol.Length == 0)
                constant = Sum(constant, sign * number);
            else
                terms[symbol] = Sum(terms.TryGetValue(symbol, out long old) ? old : 0, sign * number);
        }

        if (text.Trim().Length == 0)
            throw new GraphException("RNNJ102", "A dimension is empty (write a number or a symbol)");
        return new Dim(constant, terms.Select(pair => (pair.Key, pair.Value)));
    }

    public bool Equals(Dim? other) => this == other;

    public override bool Equals(object? obj) => obj is Dim other && this == other;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(text);

    public override string ToString() => text;

    private static Dim Combine(Dim left, Dim right, int sign)
    {
        // Terms are in the order of their symbols.
        var sum = new List<(string Symbol, long Coefficient)>();
        int l = 0, r = 0;
        while (l < left.terms.Length || r < right.terms.Length)
        {
            int order = l == left.terms.Length ? 1 : r == right.terms.Length ? -1 : string.CompareOrdinal(left.terms[l].Symbol, right.terms[r].Symbol);
            string symbol = order <= 0 ? left.terms[l].Symbol : right.terms[r].Symbol;
            sum.Add((symbol, (order <= 0 ? left.terms[l++].Coefficient : 0L) + (order >= 0 ? (long)sign * right.terms[r++].Coefficient : 0L)));
        }

        return new Dim((long)left.Constant + ((long)sign * right.Constant), sum);
    }

    // The range is symmetric, so that every number has a negative.
    private static int Narrow(long value) => value is >= -int.MaxValue and <= int.MaxValue ? (int)value : throw OutOfRange();

    private static long Sum(long left, long right)
    {
        try
        {
            return checked(left + right);
        }
        catch (OverflowException)
        {
            throw OutOfRange();
        }
    }

    private static GraphException OutOfRange() =>
        new("RNNJ200", $"A dimension has a number beyond {int.MaxValue} (make sizes and coefficients smaller)");

    private string Format()
    {
        if (AsSymbol is { } only)
            return only;
        var parts = terms.Select(term => term.Coefficient switch
        {
            1 => term.Symbol,
            -1 => "-" + term.Symbol,
            _ => term.Coefficient.ToString(CultureInfo.InvariantCulture) + term.Symbol,
        }).ToList();
        if (Constant != 0 || parts.Count == 0)
            parts.Add(Constant.ToString(CultureInfo.InvariantCulture));

        return string.Join(" + ", parts).Replace("+ -", "- ");
    }
}
