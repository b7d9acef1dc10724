namespace RnnJit.Ir;

/// <summary>A dimension: a linear form with integer coefficients over symbols, such as <c>H</c>, <c>4H</c>, <c>I + H</c> or <c>2L +
/// 1</c>.</summary>
/// <remarks>Every number lies between −(2³¹ − 1) and 2³¹ − 1; arithmetic that leaves this range throws a
/// <see cref="GraphException"/> (RNNJ200).</remarks>
public sealed partial class Dim : IEquatable<Dim>
{
    private const int LongestText = 1000, MostTerms = 64;

    // A text names few dimensions again and again.
    private const int LongestKnown = 32;

    private static readonly Dim[] Numbers = Enumerable.Range(0, 256).Select(number => new Dim(number, [])).ToArray();

    private static readonly char[] Signs = ['+', '-'];

    private static readonly Dim?[] Known = new Dim?[256];

    private readonly (string Symbol, int Coefficient)[] terms;
    private string? text;

    // Terms in the order of their symbols, none with coefficient 0.
    private Dim(int constant, (string Symbol, int Coefficient)[] terms)
    {
        Constant = constant;
        this.terms = terms;
    }

    public int Constant { get; }

    public IReadOnlyList<(string Symbol, int Coefficient)> Terms => terms;

    public bool IsConstant => terms.Length == 0;

    /// <summary>The symbol when this dimension is one symbol alone, else null.</summary>
    public string? AsSymbol => Constant == 0 && terms.Length == 1 && terms[0].Coefficient == 1 ? terms[0].Symbol : null;

    public static Dim Of(int value) => value >= 0 && value < Numbers.Length ? Numbers[value] : new(Narrow(value), []);

    public static Dim Symbol(string name) => new(0, [(name, 1)]);

    public static implicit operator Dim(int value) => Of(value);

    public static implicit operator Dim(string text) => Parse(text);

    public static Dim operator +(Dim left, Dim right) => Combine(left, right, 1);

    public static Dim operator -(Dim left, Dim right) => Combine(left, right, -1);

    public static Dim operator *(int factor, Dim dim) =>
        Make((long)factor * dim.Constant, dim.terms.Select(term => (term.Symbol, (long)factor * term.Coefficient)).ToList());

    public static bool operator ==(Dim? left, Dim? right) =>
        ReferenceEquals(left, right) || (left is not null && right is not null && Same(left, right));

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
    internal long? Least
    {
        get
        {
            long least = Constant;
            foreach (var (_, coefficient) in terms)
            {
                if (coefficient < 0)
                    return null;
                least = Sum(least, coefficient);
            }

            return least;
        }
    }

    /// <summary>True where some sizes of at least 1 for the symbols make the value at least 0.</summary>
    internal bool CanBeExtent => Constant >= 0 || terms.Any(term => term.Coefficient > 0);

    /// <summary>Parses the text that <see cref="ToString"/> prints.</summary>
    /// <exception cref="GraphException">RNNJ102: the text is no linear form. RNNJ200: a sum of its numbers is out of range.</exception>
    public static Dim Parse(string text) => Parse(text, 0, text.Length);

    /// <summary>Reads a part of a text.</summary>
    internal static Dim Parse(string text, int start, int length)
    {
        if (length > LongestText)
            throw Wrong($"A dimension has {length} characters, wanted at most {LongestText} (give its symbols shorter names)");
        var (first, end) = Trimmed(text, start, start + length);
        if (first == end)
            throw Wrong("A dimension is empty (write a number or a symbol)");
        uint hash = 0;
        for (int i = first; i < end && end - first <= LongestKnown; i++)
            hash = unchecked((hash * 31) + text[i]);
        ref Dim? known = ref Known[hash % (uint)Known.Length];
        if (known is { } dim && dim.IsWritten(text, first, end))
            return dim;
        dim = TryTerm(text, first, end, out int number, out string symbol) ? Term(number, symbol) : ParseSum(text, start, start + length);
        if (end - first <= LongestKnown)
            known = dim;
        return dim;
    }

    private static (int Start, int End) Trimmed(string text, int start, int end)
    {
        while (start < end && text[start] == ' ')
            start++;
        while (end > start && text[end - 1] == ' ')
            end--;
        return (start, end);
    }

    private bool IsWritten(string text, int start, int end) =>
        ToString().Length == end - start && string.CompareOrdinal(ToString(), 0, text, start, end - start) == 0;

    // A number, or a symbol with or without a number before it.
    private static bool TryTerm(string text, int start, int end, out int number, out string symbol)
    {
        (number, symbol) = (1, "");
        long value = 0;
        int at = start;
        for (; at < end && text[at] is >= '0' and <= '9' && value <= int.MaxValue; at++)
            value = (10 * value) + (text[at] - '0');
        if (start == end || value > int.MaxValue)
            return false;
        for (int i = at; i < end; i++)
        {
            if (!IsOfSymbol(text[i]))
                return false;
        }

        number = at == start ? 1 : (int)value;
        symbol = text.Substring(at, end - at);
        return true;
    }

    private static bool IsOfSymbol(char c) => char.IsLetterOrDigit(c) || c is '_' or '?';

    private static Dim Term(int number, string symbol) =>
        symbol.Length == 0 ? Of(number) : number == 0 ? Of(0) : new Dim(0, [(symbol, number)]);

    private static Dim ParseSum(string text, int start, int end)
    {
        long constant = 0;
        var terms = new List<(string Symbol, long Coefficient)>(2);
        for (int at = start; at < end;)
        {
            int begin = text[at] is '+' or '-' ? at + 1 : at, sign = text[at] == '-' ? -1 : 1;
            int next = text.IndexOfAny(Signs, begin, end - begin);
            at = next < 0 ? end : next;
            var (first, last) = Trimmed(text, begin, at);
            if (first == last && sign > 0)
                continue;
            if (!TryTerm(text, first, last, out int number, out string symbol))
                (number, symbol) = SpacedTerm(text.Substring(first, last - first).Replace(" ", ""), text.Substring(start, end - start));
            if (symbol.Length == 0)
                constant += sign * (long)number;
            else
                terms.Add((symbol, sign * (long)number));
        }

        terms.Sort((a, b) => string.CompareOrdinal(a.Symbol, b.Symbol));
        return Make(constant, terms);
    }

    // With spaces inside, or none at all.
    private static (int Number, string Symbol) SpacedTerm(string term, string text)
    {
        if (TryTerm(term, 0, term.Length, out int number, out string symbol))
            return (number, symbol);
        throw Wrong(term.Length > 0 && term.All(IsOfSymbol)
            ? $"'{text}' is no dimension (the number is too large)"
            : $"'{text}' is no dimension (write a number, a symbol or a sum such as 4H or I + H)");
    }

    public bool Equals(Dim? other) => this == other;

    public override bool Equals(object? obj) => obj is Dim other && this == other;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    public override string ToString() => text ??= Format();

    // Terms in the order of their symbols; those of one symbol are added.
    // Numbers come in 64 bits, so that no sum or product of two that are stored wraps.
    private static Dim Make(long constant, List<(string Symbol, long Coefficient)> terms)
    {
        int number = Narrow(constant), count = 0;
        var kept = new (string Symbol, int Coefficient)[terms.Count];
        for (int i = 0; i < terms.Count;)
        {
            string symbol = terms[i].Symbol;
            long coefficient = 0;
            for (; i < terms.Count && terms[i].Symbol == symbol; i++)
                coefficient += terms[i].Coefficient;
            if (coefficient != 0)
                kept[count++] = (symbol, Narrow(coefficient));
        }

        if (count > MostTerms)
            throw Wrong($"A dimension is a sum of {count} symbols, wanted at most {MostTerms} (give one symbol the size of several)");
        Array.Resize(ref kept, count);
        return count == 0 ? Of(number) : new Dim(number, kept);
    }

    private static bool Same(Dim left, Dim right) =>
        left.IsConstant && right.IsConstant ? left.Constant == right.Constant : left.ToString() == right.ToString();

    private static Dim Combine(Dim left, Dim right, int sign)
    {
        long constant = left.Constant + ((long)sign * right.Constant);
        if (right.IsConstant)
            return right.Constant == 0 ? left : left.IsConstant ? Of(Narrow(constant)) : new Dim(Narrow(constant), left.terms);
        var sum = new List<(string Symbol, long Coefficient)>(left.terms.Length + right.terms.Length);
        int l = 0, r = 0;
        while (l < left.terms.Length || r < right.terms.Length)
        {
            int order = l == left.terms.Length
                ? 1
                : r == right.terms.Length ? -1 : string.CompareOrdinal(left.terms[l].Symbol, right.terms[r].Symbol);
            if (order < 0)
                sum.Add((left.terms[l].Symbol, left.terms[l++].Coefficient));
            else
                sum.Add((right.terms[r].Symbol, (long)sign * right.terms[r++].Coefficient));
        }

        return Make(constant, sum);
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

    private static GraphException Wrong(string sentence) => new("RNNJ102", sentence);

    private static GraphException OutOfRange() =>
        new("RNNJ200", $"A dimension has a number beyond {int.MaxValue} (make sizes and coefficients smaller)");
}
