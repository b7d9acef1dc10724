using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Text;

/// <summary>Reads the text form, one statement a line; types of results may be left away. Comments begin with '#'.</summary>
public sealed class Parser
{
    private static readonly Dictionary<string, PortRole> PortRoles = new[]
    {
        PortRole.Input, PortRole.PerSequence, PortRole.State, PortRole.Parameter, PortRole.Sequence, PortRole.Constant, PortRole.Table,
    }.ToDictionary(Printer.Word);

    private static readonly Dictionary<string, OutputRole> OutputRoles = new[]
    {
        OutputRole.Result, OutputRole.Next, OutputRole.Yield, OutputRole.Sum,
    }.ToDictionary(Printer.Word);

    // Blocks of time nest two deep, their derivatives no deeper.
    private const int LongestQuote = 80;

    private const int DeepestScan = 32;

    // The canonical text of a graph that is read, as a file holds it.
    private const int LongestText = 4 << 20;

    private const int MostValues = 50_000;

    private const int MostOperands = 4096;

    private const int MostScans = 1000;

    private readonly string text;
    private int depth;
    private long written;
    private int valueCount;
    private int scanCount;
    private int position;
    private int offset;

    private Parser(string text)
    {
        this.text = text;
    }

    /// <exception cref="GraphException">The text is no graph; the sentence names the line.</exception>
    public static Graph Parse(string text)
    {
        var parser = new Parser(text);
        string header = parser.Next() ?? throw new GraphException("RNNJ106", "The text is empty (a graph begins with a line such as 'cell Name')");
        string[] words = header.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2)
            throw parser.Error($"the first line is a kind and a name such as 'cell Lstm', found {Quoted(header)}");
        Graph graph = parser.Body(words[0], words[1], closes: false);
        return graph;
    }

    private Graph Body(string kind, string name, bool closes)
    {
        var builder = new GraphBuilder();
        var values = new Dictionary<string, Value>(StringComparer.Ordinal);
        var outputs = new List<(string, Value, OutputRole)>();
        while (Next() is { } line)
        {
            if (line == "}")
            {
                if (!closes)
                    throw Error("'}' closes nothing");
                return builder.Build(kind, name, outputs);
            }

            int before = builder.ValueCount;
            try
            {
                Statement(line, builder, values, outputs);
                if ((valueCount += builder.ValueCount - before) > MostValues)
                    throw new GraphException("RNNJ204", $"the graph has more than {MostValues} values up to here (write repeated steps as a scan)");
            }
            catch (GraphException e) when (!e.Message.StartsWith("Line ", StringComparison.Ordinal))
            {
                throw new GraphException(e.Id, $"Line {position}: {e.Message}");
            }
        }

        if (closes)
            throw Error("'}' is missing at the end of a scan");
        return builder.Build(kind, name, outputs);
    }

    private void Statement(string line, GraphBuilder builder, Dictionary<string, Value> values, List<(string, Value, OutputRole)> outputs)
    {
        int space = line.IndexOf(' ');
        string word = space < 0 ? line : line.Substring(0, space), rest = space < 0 ? "" : line.Substring(space + 1).Trim();
        int equals = TopLevel(line, '=');
        bool declares = rest.Length > 0 && (char.IsLetterOrDigit(rest[0]) || rest[0] == '_');
        if (declares && PortRoles.TryGetValue(word, out PortRole portRole))
        {
            Declare(rest, portRole, builder, values);
            return;
        }

        if (declares && OutputRoles.TryGetValue(word, out OutputRole outputRole))
        {
            int assign = TopLevel(rest, '=');
            if (assign < 0)
                throw Error($"{Quoted(line)} names no value (write '{word} y = %0')");
            outputs.Add((rest.Substring(0, assign).Trim(), Operand(rest.Substring(assign + 1).Trim(), builder, values), outputRole));
            return;
        }

        if (equals < 0)
            throw Error($"{Quoted(line)} is no statement (write for instance '%0 = tanh x')");
        Assignment(line.Substring(0, equals), line.Substring(equals + 1).Trim(), builder, values);
    }

    private void Declare(string text, PortRole role, GraphBuilder builder, Dictionary<string, Value> values)
    {
        int colon = TopLevel(text, ':');
        if (colon < 0)
            throw Error($"{Quoted(text)} has no type (write 'input x: f32[B, X]')");
        string name = text.Substring(0, colon).Trim(), type = text.Substring(colon + 1), init = "";
        int assign = TopLevel(type, '=');
        if (assign >= 0)
            (type, init) = (type.Substring(0, assign), type.Substring(assign + 1).Trim());
        Define(values, name, builder.Input(name, TensorType.Parse(type), role, init));
    }

    private void Assignment(string left, string right, GraphBuilder builder, Dictionary<string, Value> values)
    {
        bool opens = right.EndsWith("{", StringComparison.Ordinal);
        if (opens)
            right = right.Substring(0, right.Length - 1).Trim();
        int end = 0;
        while (end < right.Length && char.IsLetterOrDigit(right[end]))
            end++;
        string name = right.Substring(0, end), attributes = "";
        if (end < right.Length && right[end] == '[')
        {
            int close = Closing(right, end);
            attributes = right.Substring(end + 1, close - end - 1);
            end = close + 1;
        }

        Value[] operands = Split(right.Substring(end)).Take(MostOperands + 1).Select(operand => Operand(operand, builder, values)).ToArray();
        if (operands.Length > MostOperands)
            throw Error($"'{name}' has more than {MostOperands} operands");
        Op op = name == "scan" ? Scan(attributes, opens) : OpTable.Read(name, attributes);
        Value[] results = builder.AddMany(op, operands);
        Count(op, operands.Length, results);
        string[] targets = Split(left).ToArray();
        if (targets.Length != results.Length)
            throw Error($"'{name}' has {results.Length} results, found {targets.Length} names");
        for (int i = 0; i < targets.Length; i++)
        {
            int colon = targets[i].IndexOf(':');
            string target = colon < 0 ? targets[i] : targets[i].Substring(0, colon).Trim();
            if (target.Length == 0)
                throw Error($"a result of '{name}' has no name (write for instance '%0 = tanh x')");
            if (colon >= 0 && TensorType.Parse(targets[i].Substring(colon + 1)) is { } type && type != results[i].Type)
                throw Error($"'{target}' is {results[i].Type}, found {type}");
            Define(values, target, results[i]);
            if (target[0] != '%')
                builder.Label(results[i], target);
        }
    }

    // A text need not hold the types of results. Written out they may be far longer, since each node can add to the one before it.
    private void Count(Op op, int operands, Value[] results)
    {
        written += "   = \n".Length + op.Name.Length + (2 * operands);
        foreach (Value result in results)
            written += "%0: ".Length + result.Type.TextLength;
        if (written > LongestText)
            throw new GraphException("RNNJ209", $"the graph has more than {LongestText} characters up to here when the types of its values are written out (write repeated steps as a scan)");
    }

    private ScanOp Scan(string attributes, bool opens)
    {
        if (!opens)
            throw Error("a scan has a body between '{' and '}'");
        string[] parts = attributes.Split(',').Select(part => part.Trim()).ToArray();
        if (parts.Skip(1).FirstOrDefault(part => part is not ("reverse" or "lengths")) is { } unknown)
            throw Error($"'{unknown}' is no attribute of scan (reverse, lengths)");
        if (++depth > DeepestScan)
            throw new GraphException("RNNJ206", $"Line {position}: scans are nested more than {DeepestScan} deep (use fewer loops in loops)");
        if (++scanCount > MostScans)
            throw new GraphException("RNNJ204", $"Line {position}: the graph has more than {MostScans} scans (write repeated steps as one scan)");
        Graph body = Body("body", "step", closes: true);
        depth--;
        return new ScanOp(body, Dim.Parse(parts[0]), parts.Contains("reverse"), parts.Contains("lengths"));
    }

    private Value Operand(string text, GraphBuilder builder, Dictionary<string, Value> values)
    {
        if (values.TryGetValue(text, out Value? value))
            return value;
        if (ConstantOp.TryParse(text, out double number))
            return builder.Constant(number);
        string stem = text.Length > 1 ? text.Substring(0, text.Length - 1) : "";
        if (text.EndsWith("d", StringComparison.Ordinal) && ConstantOp.TryParse(stem, out number))
            return builder.Constant(number, ElementType.F64);
        if (text.EndsWith("i", StringComparison.Ordinal) && ConstantOp.TryParse(stem, out number))
            return builder.Constant(number, ElementType.I32);
        throw Error($"{Quoted(text)} is not defined before its use ({NearName.Suggest(text, values.Keys)}define it in a line above)");
    }

    private void Define(Dictionary<string, Value> values, string name, Value value)
    {
        if (values.ContainsKey(name))
            throw Error($"'{name}' is defined twice");
        values[name] = value;
    }

    private string? Next()
    {
        while (offset <= text.Length)
        {
            int end = text.IndexOf('\n', offset);
            string line = (end < 0 ? text.Substring(offset) : text.Substring(offset, end - offset)).Replace("\r", "");
            offset = end < 0 ? text.Length + 1 : end + 1;
            position++;
            int comment = line.IndexOf('#');
            line = (comment < 0 ? line : line.Substring(0, comment)).Trim();
            if (HoldsUnknown(line))
                throw new GraphException("RNNJ177", $"Line {position}: {Quoted(line)} has an unknown dimension (name it)");
            if (line.Length > 0)
                return line;
        }

        return null;
    }

    // Unknowns are for tracing: what they turn out to be can be longer than the text.
    private static bool HoldsUnknown(string line)
    {
        int depth = 0;
        for (int i = 0; i < line.Length; i++)
        {
            depth += line[i] == '[' ? 1 : line[i] == ']' ? -1 : 0;
            if (depth > 0 && line[i] == '?')
                return true;
        }

        return false;
    }

    // A file may hold lines of any length.
    private static string Quoted(string text) => $"'{(text.Length <= LongestQuote ? text : text.Substring(0, LongestQuote) + "…")}'";

    private GraphException Error(string sentence) => new("RNNJ106", $"Line {position}: {sentence}");

    private int Closing(string text, int open)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (depth == 0)
                return i;
        }

        throw Error($"'[' is not closed in '{text}'");
    }

    // The first occurrence outside brackets; "->" has no '=' and "!=" does not occur.
    private static int TopLevel(string text, char sought)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (depth == 0 && text[i] == sought)
                return i;
        }

        return -1;
    }

    private static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length)
                depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (i < text.Length && (depth > 0 || text[i] != ','))
                continue;
            string part = text.Substring(start, i - start).Trim();
            start = i + 1;
            if (part.Length > 0)
                yield return part;
        }
    }
}
