using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Reads PTX as ILGPU writes it: one statement a line, calls over several. Anything else is refused with its line.</summary>
internal sealed partial class PtxReader
{
    private const int MostRegisters = 1 << 20;

    private readonly Dictionary<string, PtxFunction> functions = [];
    private readonly string[] lines;

    // The head that was read last, and the function whose body is read.
    private PtxFunction? head;
    private PtxFunction? function;
    private int line;

    // Variables of calls have scopes of their own.
    private readonly Dictionary<string, string> scope = [];
    private int scopes;

    private PtxReader(string text) => lines = text.Split('\n');

    public static PtxText Read(string text)
    {
        var reader = new PtxReader(text);
        while (reader.Next() is { } statement)
            reader.Outside(statement);
        return new PtxText(reader.functions);
    }

    // The next statement: up to a semicolon, a brace or a colon; the head of a function up to its last parenthesis.
    private string? Next()
    {
        var statement = new StringBuilder();
        for (; line < lines.Length; line++)
        {
            string part = Comment().Replace(lines[line], "").Trim();
            if (part.Length == 0)
                continue;
            statement.Append(statement.Length == 0 ? "" : " ").Append(part);
            bool isHead = statement[0] == '.' && (function is null);
            bool ends = part[^1] is ';' or ':' or '{' or '}' || (isHead && (part[^1] == ')' || Directive().IsMatch(part)));
            if (!ends)
                continue;
            line++;
            return statement.ToString();
        }

        return statement.Length == 0 ? null : throw Wrong(statement.ToString());
    }

    private void Outside(string statement)
    {
        if (Directive().IsMatch(statement) || statement == ";")
            return;
        if (statement == "{" && function is null)
        {
            function = head ?? throw Wrong(statement);
            Body();
            function = null;
            return;
        }

        Match match = Head().Match(statement);
        if (!match.Success)
            throw Wrong(statement);
        head = new PtxFunction(match.Groups["name"].Value, match.Groups["kind"].Value == "entry",
            match.Groups["result"].Success ? match.Groups["result"].Value : null);
        long offset = 0;
        foreach (string parameter in match.Groups["parameters"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            head.Parameters.Add(Variable(Parameter().Match(parameter.Trim()), ref offset));

        // The definition takes the place of a declaration before it.
        functions[head.Name] = head;
    }

    private void Body()
    {
        int depth = 1;
        while (depth > 0)
        {
            string statement = Next() ?? throw new PtxException($"'{function!.Name}' has no end");
            if (statement is "{" or "}")
            {
                depth += statement == "{" ? 1 : -1;
                scope.Clear();
                scopes++;
            }
            else if (statement[^1] == ':')
                function!.Labels.Add(statement[..^1], function.Instructions.Count);
            else
                Inside(scope.Aggregate(statement, (text, pair) => Regex.Replace(text, $@"\b{pair.Key}\b", pair.Value)));
        }
    }

    private void Inside(string statement)
    {
        if (Registers().Match(statement) is { Success: true } registers)
        {
            int count = int.Parse(registers.Groups["count"].Value, CultureInfo.InvariantCulture);
            if (count > MostRegisters)
                throw Wrong(statement);
            for (int i = 0; i < count; i++)
                function!.Registers[registers.Groups["name"].Value + i] = registers.Groups["type"].Value;
        }
        else if (Shared().Match(statement) is { Success: true } shared)
        {
            long offset = function!.Shared.Count == 0 ? 0 : function.Shared[^1].Offset + function.Shared[^1].Bytes;
            function.Shared.Add(Variable(shared, ref offset));
        }
        else if (CallVariable().Match(statement) is { Success: true } variable)
        {
            string name = variable.Groups["name"].Value;
            function!.CallVariables.Add(scope[name] = $"{name}_{scopes}");
        }
        else
        {
            Match instruction = Instruction().Match(statement);
            if (!instruction.Success || statement[0] == '.')
                throw Wrong(statement);
            function!.Instructions.Add(new PtxInstruction(instruction.Groups["guard"].Value, instruction.Groups["not"].Length > 0,
                instruction.Groups["name"].Value, Operands(instruction.Groups["operands"].Value), $"{function.Name}, line {line}"));
        }
    }

    // A list in parentheses is one operand.
    private static List<string> Operands(string text)
    {
        var operands = new List<string>();
        int depth = 0, from = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is '(' or ')')
                depth += text[i] == '(' ? 1 : -1;
            if ((i == text.Length || (text[i] == ',' && depth == 0)) && text[from..i].Trim() is { Length: > 0 } operand)
                operands.Add(operand);
            if (i < text.Length && text[i] == ',' && depth == 0)
                from = i + 1;
        }

        return operands;
    }

    private PtxVariable Variable(Match match, ref long offset)
    {
        if (!match.Success)
            throw Wrong(lines[Math.Min(line, lines.Length) - 1]);
        long size = Bytes(match.Groups["type"].Value) * Number(match, "count"), alignment = Number(match, "align");
        alignment = match.Groups["align"].Success ? alignment : size;
        long at = (offset + alignment - 1) / alignment * alignment;
        offset = at + size;
        return new PtxVariable(match.Groups["name"].Value, at, size);
    }

    private static long Number(Match match, string group) =>
        match.Groups[group].Success ? long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 1;

    private static int Bytes(string type) => int.Parse(type[1..], CultureInfo.InvariantCulture) / 8;

    private PtxException Wrong(string statement) => new($"Line {line} is not PTX as ILGPU writes it: '{statement}'");

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\.(version \d+\.\d+|target \w+|address_size 64)$")]
    private static partial Regex Directive();

    [GeneratedRegex(@"^\.visible \.(?<kind>entry|func) (\(\.param \.\w+ (?<result>\w+)\) )?(?<name>\w+)\((?<parameters>[^()]*)\)$")]
    private static partial Regex Head();

    [GeneratedRegex(@"^\.param (\.align (?<align>\d+) )?\.(?<type>[bfsu]\d+) (?<name>\w+)(\[(?<count>\d+)\])?$")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\.shared \.align (?<align>\d+) \.(?<type>b8) (?<name>\w+)\[(?<count>\d+)\];$")]
    private static partial Regex Shared();

    [GeneratedRegex(@"^\.reg \.(?<type>pred|[bf](32|64))\s+(?<name>%\w+)<(?<count>\d+)>;$")]
    private static partial Regex Registers();

    [GeneratedRegex(@"^\.param \.[bf](32|64) (?<name>\w+);$")]
    private static partial Regex CallVariable();

    [GeneratedRegex(@"^(@(?<not>!?)(?<guard>%\w+)\s+)?(?<name>[a-z][\w.]*)(\s+(?<operands>.*))?;$")]
    private static partial Regex Instruction();
}
