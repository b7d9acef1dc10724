using System.Runtime.InteropServices;
using RnnJit.Files;

namespace RnnJit.Import;

/// <summary>
/// Reads one pickle of a state dict. A pickle is a program that Python runs, which may call anything; this machine has the opcodes that
/// make texts, numbers, lists, tuples and dictionaries, and of calls the two that make an empty OrderedDict and describe a tensor. Any
/// other name or opcode is refused where it stands.
/// </summary>
/// <param name="storage">Makes a storage of a persistent id.</param>
internal sealed class PickleReader(PickleInput input, string source, Func<PickleTuple, PickleStorage> storage)
{
    /// <summary>The most bytes of a pickle, and the most opcodes: a tensor takes about 30 opcodes and 150 bytes.</summary>
    public const int MostBytes = 16 << 20, MostOpcodes = 2_000_000;

    private readonly List<object?> stack = [];
    private readonly Dictionary<int, object?> memory = [];

    /// <exception cref="WeightFileException">The pickle is malformed, or holds what no state dict has.</exception>
    public object? Read()
    {
        for (int count = 0; count < MostOpcodes; count++)
        {
            var opcode = (PickleOpcode)input.Byte();
            if (opcode == PickleOpcode.Stop)
                return stack.Count == 1 ? Pop() : throw input.Wrong($"{stack.Count} values at its end, wanted one");
            Run(opcode);
        }

        throw input.Wrong($"more than {MostOpcodes} opcodes");
    }

    private void Run(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol:
                if (input.Byte() is var protocol && protocol is < 2 or > 5)
                    throw input.Wrong($"protocol {protocol}, wanted 2 to 5");
                break;
            case PickleOpcode.Frame:
                input.Int64();
                break;
            case PickleOpcode.Mark:
                stack.Add(PickleMark.Instance);
                break;
            case PickleOpcode.Pop:
                Pop();
                break;
            case PickleOpcode.Append:
                Top<List<object?>>(PopLast(1)).Add(popped[0]);
                break;
            case PickleOpcode.Appends:
                Top<List<object?>>(PopToMark()).AddRange(popped);
                break;
            case PickleOpcode.SetItem:
                Set(PopLast(2));
                break;
            case PickleOpcode.SetItems:
                Set(PopToMark());
                break;
            case PickleOpcode.Build:
                Attributes(PopLast(1)[0]);
                break;
            case PickleOpcode.BinPut:
                Keep(input.Byte());
                break;
            case PickleOpcode.LongBinPut:
                Keep(input.Int32());
                break;
            case PickleOpcode.Memoize:
                Keep(memory.Count);
                break;
            default:
                stack.Add(Pushed(opcode));
                break;
        }
    }

    // The value that an opcode pushes, made of values it pops.
    private object? Pushed(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.Tuple => new PickleTuple(PopToMark()),
        PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3 =>
            new PickleTuple(PopLast(opcode - PickleOpcode.Tuple1 + 1)),
        PickleOpcode.Global => Allowed(new PickleName(input.Line(), input.Line())),
        PickleOpcode.StackGlobal => PopLast(2) is [string module, string name]
            ? Allowed(new PickleName(module, name))
            : throw input.Wrong("a global whose name is no text"),
        PickleOpcode.Reduce => Called(PopLast(2)),
        PickleOpcode.BinPersistentId =>
            PopLast(1) is [PickleTuple id] ? storage(id) : throw input.Wrong("a persistent id that is no tuple"),
        PickleOpcode.BinGet => Kept(input.Byte()),
        PickleOpcode.LongBinGet => Kept(input.Int32()),
        _ => Literal(opcode),
    };

    private object? Literal(PickleOpcode opcode) => opcode switch
    {
        PickleOpcode.None => null,
        PickleOpcode.NewTrue => true,
        PickleOpcode.NewFalse => false,
        PickleOpcode.BinInt => (Int128)input.Int32(),
        PickleOpcode.BinInt1 => (Int128)input.Byte(),
        PickleOpcode.BinInt2 => (Int128)input.UInt16(),
        PickleOpcode.Long1 => input.Integer(input.Byte()),
        PickleOpcode.BinFloat => input.Double(),
        PickleOpcode.BinUnicode => input.Text((uint)input.Int32()),
        PickleOpcode.ShortBinUnicode => input.Text(input.Byte()),
        PickleOpcode.BinString => input.Text(input.Int32(), utf8: false),
        PickleOpcode.ShortBinString => input.Text(input.Byte(), utf8: false),
        PickleOpcode.EmptyTuple => new PickleTuple([]),
        PickleOpcode.EmptyList => new List<object?>(),
        PickleOpcode.EmptyDictionary => new PickleDictionary(),
        _ => throw input.Wrong(
            $"opcode 0x{(byte)opcode:X2}{(char.IsAsciiLetterOrDigit((char)opcode) ? $" ('{(char)opcode}')" : "")}, which no state dict "
                + "needs"),
    };

    private PickleName Allowed(PickleName name) => PickleNames.IsAllowed(name) ? name : throw new WeightFileException(
        $"{source} names '{name}', which is refused and was not called: a pickle may run code, and only tensors, dictionaries and numbers "
            + "are read (save model.state_dict() instead of the model, or write safetensors)");

    private object Called(object?[] call)
    {
        if (call is not [PickleName name, PickleTuple arguments])
            throw input.Wrong("a call of something that is no name, or without a tuple of arguments");
        if (name == PickleNames.OrderedDictionary && arguments.Items.Length == 0)
            return new PickleDictionary();
        return name == PickleNames.RebuildTensor
            ? TensorView.Of(arguments.Items, input)
            : throw input.Wrong($"a call of '{name}' with {arguments.Items.Length} arguments");
    }

    // A state dict has one attribute, _metadata, with the versions of its modules.
    private void Attributes(object? state)
    {
        if (stack.Count == 0 || stack[^1] is not PickleDictionary || state is not PickleDictionary)
            throw input.Wrong("attributes of something that is no dictionary");
    }

    private void Set(object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw input.Wrong("a key without a value");
        PickleDictionary dictionary = Top<PickleDictionary>(pairs);
        for (int i = 0; i < pairs.Length; i += 2)
            dictionary.Entries.Add((pairs[i], pairs[i + 1]));
    }

    private void Keep(int place)
    {
        if (place < 0 || stack.Count == 0 || stack[^1] is PickleMark)
            throw input.Wrong($"nothing to remember at place {place}");
        memory[place] = stack[^1];
    }

    private object? Kept(int place) =>
        memory.TryGetValue(place, out object? value) ? value : throw input.Wrong($"a reference to place {place}, which was not filled");

    private object? Pop() => PopLast(1)[0];

    private object?[] popped = [];

    private object?[] PopLast(int count)
    {
        int from = stack.Count - count;
        if (from < 0 || stack.IndexOf(PickleMark.Instance, from) >= 0)
            throw input.Wrong($"fewer than {count} values where it reads so many");
        return Cut(from, from);
    }

    private object?[] PopToMark()
    {
        int mark = stack.LastIndexOf(PickleMark.Instance);
        return mark >= 0 ? Cut(mark + 1, mark) : throw input.Wrong("the end of a collection without its beginning");
    }

    private object?[] Cut(int from, int to)
    {
        popped = CollectionsMarshal.AsSpan(stack)[from..].ToArray();
        stack.RemoveRange(to, stack.Count - to);
        return popped;
    }

    private T Top<T>(object?[] taken)
        where T : class =>
        stack.Count > 0 && stack[^1] is T top ? top : throw input.Wrong($"{taken.Length} items for something that takes none");
}
