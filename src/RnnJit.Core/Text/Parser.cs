using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Text;

/// <summary>Reads the text form, one statement a line; types of results may be left away. Comments begin with '#'.</summary>
public sealed partial class Parser
{
    private static readonly (string Word, PortRole Role)[] PortRoles = Array.ConvertAll(
        [PortRole.Input, PortRole.PerSequence, PortRole.State, PortRole.Parameter, PortRole.Sequence, PortRole.Constant, PortRole.Table],
        role => (Printer.Word(role), role));

    private static readonly (string Word, OutputRole Role)[] OutputRoles = Array.ConvertAll(
        [OutputRole.Result, OutputRole.Next, OutputRole.Yield, OutputRole.Sum], role => (Printer.Word(role), role));

    // Blocks of time nest two deep, their derivatives no deeper.
    private const int LongestQuote = 80;

    private const int DeepestScan = 32;

    // The canonical text of a graph that is read, as a file holds it.
    private const int LongestText = 4 << 20;

    private const int MostValues = 50_000;

    private const int MostOperands = 4096;

    private const int MostScans = 1000;

    private readonly string text;

    // Each distinct text of an op or a type is parsed once and then looked up.
    private readonly PieceTable<Op> ops = new();
    private readonly PieceTable<TensorType> types = new();
    private readonly List<Value> operands = [];
    private int depth;
    private long written;
    private int valueCount;
    private int scanCount;
    private int position;
    private int offset;

    private Parser(string text)
    {
        this.text = text.Replace("\r", "");
    }

    /// <exception cref="GraphException">The text is no graph; the sentence names the line.</exception>
    public static Graph Parse(string text)
    {
        var parser = new Parser(text);
        if (!parser.Next(out Piece header))
            throw new GraphException("RNNJ106", "The text is empty (a graph begins with a line such as 'cell Name')");
        string[] words = header.ToString().Split([' '], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2)
            throw parser.Error($"the first line is a kind and a name such as 'cell Lstm', found {Quoted(header)}");
        Graph graph = parser.Body(words[0], words[1], closes: false);
        return graph;
    }

    private Graph Body(string kind, string name, bool closes)
    {
        var builder = new GraphBuilder();
        var values = new PieceTable<Value>();
        var outputs = new List<(string, Value, OutputRole)>();
        while (Next(out Piece line))
        {
            if (line.Is("}"))
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
                    throw new GraphException("RNNJ204",
                        $"the graph has more than {MostValues} values up to here (write repeated steps as a scan)");
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

    private void Statement(Piece line, GraphBuilder builder, PieceTable<Value> values, List<(string, Value, OutputRole)> outputs)
    {
        int space = line.IndexOf(' ');
        Piece word = space < 0 ? line : line.To(space), rest = line.From(word.Length).Trim();
        int equals = TopLevel(line, '=');
        bool declares = rest.Length > 0 && (char.IsLetterOrDigit(rest[0]) || rest[0] == '_');
        if (declares && TryRole(PortRoles, word, out PortRole portRole))
        {
            Declare(rest, portRole, builder, values);
            return;
        }

        if (declares && TryRole(OutputRoles, word, out OutputRole outputRole))
        {
            int assign = TopLevel(rest, '=');
            if (assign < 0)
                throw Error($"{Quoted(line)} names no value (write '{word} y = %0')");
            outputs.Add((rest.To(assign).Trim().ToString(), Operand(rest.From(assign + 1).Trim(), builder, values), outputRole));
            return;
        }

        if (equals < 0)
            throw Error($"{Quoted(line)} is no statement (write for instance '%0 = tanh x')");
        Assignment(line.To(equals), line.From(equals + 1).Trim(), builder, values);
    }

    private static bool TryRole<T>((string Word, T Role)[] roles, Piece word, out T role)
    {
        foreach (var known in roles)
        {
            role = known.Role;
            if (word.Is(known.Word))
                return true;
        }

        role = default!;
        return false;
    }

    private void Declare(Piece text, PortRole role, GraphBuilder builder, PieceTable<Value> values)
    {
        int colon = TopLevel(text, ':');
        if (colon < 0)
            throw Error($"{Quoted(text)} has no type (write 'input x: f32[B, X]')");
        Piece name = text.To(colon).Trim(), type = text.From(colon + 1);
        int assign = TopLevel(type, '=');
        string init = assign < 0 ? "" : type.From(assign + 1).Trim().ToString();
        Define(values, name, builder.Input(name.ToString(), Type(assign < 0 ? type : type.To(assign)), role, init));
    }

    private void Assignment(Piece left, Piece right, GraphBuilder builder, PieceTable<Value> values)
    {
        bool opens = right.EndsWith('{');
        if (opens)
            right = right.To(right.Length - 1).Trim();
        int end = 0;
        while (end < right.Length && (char.IsLetterOrDigit(right[end]) || right[end] == '_'))
            end++;
        Piece name = right.To(end), attributes = right.To(0);
        if (end < right.Length && right[end] == '[')
        {
            int close = Closing(right, end);
            attributes = right.To(close).From(end + 1);
            end = close + 1;
        }

        Value[] read = Operands(name, right.From(end), builder, values);
        Op op = name.Is("scan") ? Scan(attributes.ToString(),
            opens) : name.Is("foreach") ? ForEach(opens) : Read(right.To(end), name, attributes);
        Value[] results = builder.AddMany(op, read);
        Count(op, read.Length, results);
        var targets = new PieceList(left);
        if (targets.Count() != results.Length)
            throw Error($"'{name}' has {results.Length} results, found {targets.Count()} names");
        foreach (Value result in results)
        {
            targets.Next(out Piece target);
            Result(target, result, name, builder, values);
        }
    }

    private Value[] Operands(Piece name, Piece text, GraphBuilder builder, PieceTable<Value> values)
    {
        operands.Clear();
        for (var parts = new PieceList(text); operands.Count <= MostOperands && parts.Next(out Piece part);)
            operands.Add(Operand(part, builder, values));
        return operands.Count <= MostOperands ? operands.ToArray() : throw Error($"'{name}' has more than {MostOperands} operands");
    }

    private void Result(Piece target, Value result, Piece op, GraphBuilder builder, PieceTable<Value> values)
    {
        int colon = target.IndexOf(':');
        Piece name = colon < 0 ? target : target.To(colon).Trim();
        if (name.Length == 0)
            throw Error($"a result of '{op}' has no name (write for instance '%0 = tanh x')");
        if (colon >= 0 && Type(target.From(colon + 1)) is var type && type != result.Type)
            throw Error($"'{name}' is {result.Type}, found {type}");
        Define(values, name, result);
        if (name[0] != '%')
            builder.Label(result, name.ToString());
    }

    private TensorType Type(Piece text)
    {
        if (types.Find(text) is { } known)
            return known;
        TensorType type = TensorType.Parse(text.ToString());
        types.TryAdd(text, type);
        return type;
    }

    private Op Read(Piece text, Piece name, Piece attributes)
    {
        if (ops.Find(text) is { } known)
            return known;
        Op op = OpTable.Read(name.ToString(), attributes.ToString());
        ops.TryAdd(text, op);
        return op;
    }

    // A text need not hold the types of results. Written out they may be far longer, since each node can add to the one before it.
    private void Count(Op op, int operands, Value[] results)
    {
        written += "   = \n".Length + op.Name.Length + (2 * operands);
        foreach (Value result in results)
            written += "%0: ".Length + result.Type.TextLength;
        if (written > LongestText)
            throw new GraphException("RNNJ209",
                $"the graph has more than {LongestText} characters up to here when the types of its values are written out "
                    + "(write repeated steps as a scan)");
    }

    private ScanOp Scan(string attributes, bool opens)
    {
        if (!opens)
            throw Error("a scan has a body between '{' and '}'");
        string[] parts = attributes.Split(',').Select(part => part.Trim()).ToArray();
        if (parts.Skip(1).FirstOrDefault(part => part is not ("reverse" or "lengths")) is { } unknown)
            throw Error($"'{unknown}' is no attribute of scan (reverse, lengths)");
        return new ScanOp(Nested("body", "step"), Dim.Parse(parts[0]), parts.Contains("reverse"), parts.Contains("lengths"));
    }

    private ForEachOp ForEach(bool opens) =>
        opens ? new ForEachOp(Nested(ForEachOp.BodyKind, ForEachOp.BodyName)) : throw Error("a foreach has a body between '{' and '}'");

    private Graph Nested(string kind, string name)
    {
        if (++depth > DeepestScan)
            throw new GraphException("RNNJ206",
                $"Line {position}: scans are nested more than {DeepestScan} deep (use fewer loops in loops)");
        if (++scanCount > MostScans)
            throw new GraphException("RNNJ204",
                $"Line {position}: the graph has more than {MostScans} scans (write repeated steps as one scan)");
        Graph body = Body(kind, name, closes: true);
        depth--;
        return body;
    }

    private Value Operand(Piece name, GraphBuilder builder, PieceTable<Value> values)
    {
        if (values.Find(name) is { } value)
            return value;
        string text = name.ToString();
        if (ConstantOp.TryParse(text, out double number))
            return builder.Constant(number);
        string stem = text.Length > 1 ? text.Substring(0, text.Length - 1) : "";
        if (text.EndsWith("d", StringComparison.Ordinal) && ConstantOp.TryParse(stem, out number))
            return builder.Constant(number, ElementType.F64);
        if (text.EndsWith("i", StringComparison.Ordinal) && ConstantOp.TryParse(stem, out number))
            return builder.Constant(number, ElementType.I32);
        throw Error($"{Quoted(name)} is not defined before its use ({NearName.Suggest(text, values.Names)}define it in a line above)");
    }

    private void Define(PieceTable<Value> values, Piece name, Value value)
    {
        if (!values.TryAdd(name, value))
            throw Error($"'{name}' is defined twice");
    }
}
