using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>The debug form: one element at a time through indexers that check bounds; every number stored must be finite.</summary>
public sealed class ScalarDialect : EmitDialect
{
    public static ScalarDialect Instance { get; } = new();

    private ScalarDialect()
    {
    }

    public override string Name => "scalar";

    internal override string Purpose => "one element at a time, with checks";

    internal override KernelFrame Frame => ScalarFrame.Instance;

    internal override string Handle(string name, int operand, string type, string length) =>
        $"Span<{type}> {name} = call.Span<{type}>({operand}, row, {length});";

    internal override string Load(string handle) => $"V.Broadcast({handle}[j])";

    internal override string Store(string value, string handle, string label) =>
        $"{handle}[j] = Finite.Check<V, T>({value}, \"{label}\", row, j);";

    internal override string LoadRow(int operand, string row) => $"V.Broadcast(call.Span<T>({operand}, {row}, 1)[0])";

    internal override string StoreRow(string value, int operand, string label) =>
        $"call.Span<T>({operand}, row, 1)[0] = Finite.Check<V, T>({value}, \"{label}\", row, 0);";

    internal override string TakeMemory(int values) => $"ref T memory = ref RowMemory.Take<T>({values}, call.Columns);";

    internal override string MemoryParameter => "ref T memory";

    internal override string MemoryArgument => "ref memory";

    internal override string MemoryHandle(string name, int place) => $"Span<T> {name} = RowMemory.Span(ref memory, {place}, call.Columns);";

    internal override string KeepInMemory(string value, string handle) => $"V.Store({value}, ref {handle}[j], 0);";

    internal override string Mark(MarkOp op, string index) => $"V.Create(j {op.Comparison.Sign} {index} ? 1 : 0)";

    internal override string Keep(string x, string neutral) => x;

    internal override string Horizontal(string function, string lanes, int slot) => lanes;
}
