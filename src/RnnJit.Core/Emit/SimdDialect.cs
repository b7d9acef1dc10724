using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>Vectors of any width: full vectors of a row first, then one partial vector, from one text.</summary>
public class SimdDialect : EmitDialect
{
    public static SimdDialect Instance { get; } = new();

    protected SimdDialect()
    {
    }

    public sealed override string Name => "simd";

    internal sealed override string Purpose => "for vectors of any width";

    internal sealed override KernelFrame Frame => SimdFrame.Instance;

    internal sealed override string Handle(string name, int operand, string type, string length) =>
        $"ref {type} {name} = ref call.Row<{type}>({operand}, row);";

    internal sealed override string Load(string handle) => $"A.Load<V, T>(ref {handle}, j, n)";

    internal sealed override string Store(string value, string handle, string label) => $"A.Store<V, T>({value}, ref {handle}, j, n);";

    internal sealed override string LoadRow(int operand, string row) => $"V.Broadcast(call.Row<T>({operand}, {row}))";

    internal sealed override string StoreRow(string value, int operand, string label) =>
        $"V.StorePartial({value}, ref call.Row<T>({operand}, row), 0, 1);";

    internal sealed override string TakeMemory(int values) => $"ref T memory = ref RowMemory.Take<T>({values}, call.Columns);";

    internal sealed override string MemoryParameter => "ref T memory";

    internal sealed override string MemoryArgument => "ref memory";

    internal sealed override string MemoryHandle(string name, int place) =>
        $"ref T {name} = ref RowMemory.Row(ref memory, {place}, call.Columns);";

    internal sealed override string KeepInMemory(string value, string handle) => $"A.Store<V, T>({value}, ref {handle}, j, n);";

    // Exact for any number of columns: only differences smaller than V.Count matter.
    internal sealed override string Mark(MarkOp op, string index) => $"V.{op.Comparison.Function}(V.Iota, V.Create((double){index} - j))";

    internal sealed override string Keep(string x, string neutral) => $"A.Keep<V, T>({x}, {neutral}, n)";

    internal sealed override string Horizontal(string function, string lanes, int slot) => $"V.Broadcast(V.{function}({lanes}))";
}
