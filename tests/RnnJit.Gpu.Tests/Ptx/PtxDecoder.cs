using System.Globalization;
using System.Text.RegularExpressions;

namespace RnnJit.Gpu.Tests.Ptx;

/// <summary>Turns the text of a function into steps. What it does not know it refuses by its name.</summary>
internal sealed partial class PtxDecoder
{
    /// <summary>Instructions with memory, parameters and other threads, besides those of <see cref="PtxOperations"/>.</summary>
    public static readonly string[] Others =
    [
        "bra", "bra.uni", "ret", "bar.sync", "call.uni",
        .. from space in new[] { "param", "global", "shared" }
           from type in new[] { "b32", "b64", "f32", "f64" }
           from name in new[] { "ld", "st" }
           select $"{name}.{space}.{type}",
        "atom.cas.global.b32", "red.min.global.s64",
    ];

    private static readonly string[] Special = ["%tid.x", "%ntid.x", "%ctaid.x", "%nctaid.x"];

    private readonly PtxFunction function;
    private readonly PtxCode code;
    private readonly Func<string, PtxCode> find;
    private readonly Dictionary<string, int> registers = [];
    private readonly Dictionary<ulong, int> constants = [];

    private PtxDecoder(PtxCode code, Func<string, PtxCode> find)
    {
        (this.code, function, this.find) = (code, code.Function, find);
        foreach (string name in function.Registers.Keys)
            registers[name] = code.Add(name);
    }

    /// <param name="find">The code of a function by its name.</param>
    public static void Decode(PtxCode code, Func<string, PtxCode> find)
    {
        code.Steps = [.. code.Function.Instructions.Select(new PtxDecoder(code, find).Step)];
        code.Meetings = PtxMeetings.Of(code.Steps);
    }

    public static int Size(string type) => type == "pred" ? 1 : int.Parse(type.AsSpan(1), CultureInfo.InvariantCulture) / 8;

    private PtxStep Step(PtxInstruction instruction)
    {
        int guard = instruction.Guard.Length == 0 ? -1 : Register(instruction, instruction.Guard, "pred");
        if (PtxOperations.All.TryGetValue(instruction.Name, out PtxOperation? operation))
        {
            Count(instruction, operation.Types.Length);
            return new PtxApply(instruction, operation.Apply, Register(instruction, instruction.Operands[0], operation.Types[0]),
                [.. operation.Types.Skip(1).Zip(instruction.Operands.Skip(1), (type, operand) => Operand(instruction, operand, type))])
            { Guard = guard };
        }

        if (!Others.Contains(instruction.Name))
            throw new PtxException($"{instruction}: the instruction '{instruction.Name}' is unknown");
        string[] name = instruction.Name.Split('.');
        return name[0] switch
        {
            "bra" => new PtxJump(instruction, PtxJumpKind.Branch, Label(instruction), name.Length == 2) { Guard = guard },
            "ret" => new PtxJump(instruction, PtxJumpKind.Return) { Guard = guard },
            "bar" => new PtxJump(instruction, PtxJumpKind.Barrier) { Guard = guard },
            "call" => Call(instruction, guard),
            "ld" or "st" => name[1] == "param" ? Parameter(instruction, name[0] == "ld", name[2], guard)
                : Memory(instruction, name[0] == "ld", name[1] == "shared", name[2], guard),
            _ => Atomic(instruction, guard),
        };
    }

    private int Label(PtxInstruction instruction) => function.Labels.TryGetValue(instruction.Operands[0], out int target) ? target
        : throw new PtxException($"{instruction} leads to a label that is not there");

    private PtxStep Memory(PtxInstruction instruction, bool loads, bool isShared, string type, int guard)
    {
        Count(instruction, 2);
        string value = instruction.Operands[loads ? 0 : 1];
        var (name, offset) = Place(instruction, instruction.Operands[loads ? 1 : 0]);
        int address = Operand(instruction, name, "u64"), size = Size(type);
        return loads ? new PtxLoad(instruction, isShared, size, Register(instruction, value, type), address, offset) { Guard = guard }
            : new PtxStore(instruction, isShared, size, Operand(instruction, value, type), address, offset) { Guard = guard };
    }

    private PtxApply Parameter(PtxInstruction instruction, bool loads, string type, int guard)
    {
        Count(instruction, 2);
        var (name, offset) = Place(instruction, instruction.Operands[loads ? 1 : 0]);
        bool isOwn = function.Parameters.Any(parameter => parameter.Name == name && offset + Size(type) <= parameter.Bytes);
        if (!(loads && isOwn) && !function.CallVariables.Contains(name) && (loads || name != function.Result))
            throw new PtxException($"{instruction} uses a parameter that is not there");
        if (!code.Parameters.TryGetValue((name, offset), out var part))
            code.Parameters[(name, offset)] = part = (code.Add(name), type);
        if (Size(part.Type) != Size(type))
            throw new PtxException($"{instruction} uses {type} where another instruction uses {part.Type}");
        return loads
            ? new PtxApply(instruction, (ulong a) => a, Register(instruction, instruction.Operands[0], type),
                [part.Register])
            { Guard = guard }
            : new PtxApply(instruction, (ulong a) => a, part.Register,
                [Operand(instruction, instruction.Operands[1], type)])
            { Guard = guard };
    }

    private PtxCall Call(PtxInstruction instruction, int guard)
    {
        bool returns = instruction.Operands[0][0] == '(';
        Count(instruction, returns ? 3 : 2);
        string name = instruction.Operands[returns ? 1 : 0];
        string[] given = instruction.Operands[^1].Trim('(', ')').Split(',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        PtxFunction callee = find(name).Function;
        if (given.Length != callee.Parameters.Count || returns != (callee.Result is not null))
            throw new PtxException($"{instruction} passes {given.Length} arguments, '{name}' has {callee.Parameters.Count} parameters");
        string? result = returns ? instruction.Operands[0].Trim('(', ')', ' ') : null;
        if (result is not null)
            ReserveResult(instruction, result);
        return new PtxCall(instruction, () => find(name),
            [.. given.Zip(callee.Parameters, (argument, parameter) => (argument, parameter.Name))], result)
        { Guard = guard };
    }

    // The type is that of the load behind the call.
    private void ReserveResult(PtxInstruction instruction, string result)
    {
        PtxInstruction? load = function.Instructions.SkipWhile(other => other != instruction)
            .FirstOrDefault(other => other.Name.StartsWith("ld.param", StringComparison.Ordinal)
                && Place(other, other.Operands[1]).Name == result);
        code.Parameters.TryAdd((result, 0), (code.Add(result), load?.Name.Split('.')[^1] ?? "b32"));
    }

    private PtxAtomic Atomic(PtxInstruction instruction, int guard)
    {
        bool isSwap = instruction.Name == "atom.cas.global.b32";
        string type = isSwap ? "b32" : "s64";
        Count(instruction, isSwap ? 4 : 2);
        var (name, offset) = Place(instruction, instruction.Operands[isSwap ? 1 : 0]);
        return new PtxAtomic(instruction, isSwap ? (old, compare, value) => old == compare ? value : old
                : (old, value, _) => (ulong)Math.Min((long)old, (long)value), Size(type),
            isSwap ? Register(instruction, instruction.Operands[0], type) : -1, Operand(instruction, name, "u64"), offset,
            [.. instruction.Operands.Skip(isSwap ? 2 : 1).Select(operand => Operand(instruction, operand, type))])
        { Guard = guard };
    }

    private static void Count(PtxInstruction instruction, int wanted)
    {
        if (instruction.Operands.Count != wanted)
            throw new PtxException($"{instruction} has {instruction.Operands.Count} operands, wanted {wanted}");
    }

    private int Operand(PtxInstruction instruction, string text, string type)
    {
        if (Special.Contains(text))
        {
            if (!code.Specials.TryGetValue(text, out int special))
                code.Specials[text] = special = code.Add(text);
            return special;
        }

        if (text[0] == '%')
            return Register(instruction, text, type);
        ulong value = function.Shared.Find(variable => variable.Name == text) is { } shared ? (ulong)shared.Offset
            : Constant(instruction, text, type);
        if (!constants.TryGetValue(value, out int register))
        {
            constants[value] = register = code.Add(text);
            code.Constants.Add((register, value));
        }

        return register;
    }

    // Numbers of registers agree with the instruction in size; floating-point instructions take no integers, nor these floats.
    private int Register(PtxInstruction instruction, string text, string type)
    {
        if (!function.Registers.TryGetValue(text, out string? declared))
            throw new PtxException($"{instruction} uses '{text}', which is no register");
        bool fits = declared == type || (declared != "pred" && type != "pred" && Size(declared) == Size(type)
            && (declared[0] == 'b' || type[0] == 'b'));
        return fits ? registers[text] : throw new PtxException($"{instruction} takes {type} from '{text}', which is {declared}");
    }

    private static ulong Constant(PtxInstruction instruction, string text, string type)
    {
        if (text.StartsWith("0f", StringComparison.Ordinal) && Size(type) == 4)
            return uint.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (text.StartsWith("0d", StringComparison.Ordinal) && Size(type) == 8)
            return ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        bool isNegative = text[0] == '-';
        if (type[0] == 'f' || !ulong.TryParse(isNegative ? text.AsSpan(1) : text, NumberStyles.None, CultureInfo.InvariantCulture,
            out ulong number))
            throw new PtxException($"{instruction}: '{text}' is no number of type {type}");
        number = isNegative ? 0 - number : number;
        return Size(type) == 4 ? (uint)number : number;
    }

    private static (string Name, long Offset) Place(PtxInstruction instruction, string text)
    {
        Match match = Address().Match(text);
        return match.Success ? (match.Groups["name"].Value,
                match.Groups["offset"].Success ? long.Parse(match.Groups["offset"].Value, CultureInfo.InvariantCulture) : 0)
            : throw new PtxException($"{instruction}: '{text}' is no address");
    }

    [GeneratedRegex(@"^\[(?<name>[%\w]+)(\+(?<offset>\d+))?\]$")]
    private static partial Regex Address();
}
