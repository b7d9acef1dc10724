using RnnJit.Ops;

namespace RnnJit.Emit;

/// <summary>
/// Scalar dialect for a GPU's thread: operands are offsets into one arena. Constructs that ILGPU miscompiles are avoided.
/// </summary>
public sealed class IlgpuDialect : EmitDialect
{
    private IlgpuDialect(string name, string purpose, IlgpuFrame frame) => (Name, Purpose, Frame) = (name, purpose, frame);

    public static IlgpuDialect Instance { get; } = new("ilgpu", "for a thread of a GPU", IlgpuFrame.Instance);

    /// <summary>The same for a kernel over several items, as <see cref="ForEachOp"/> has them.</summary>
    public static IlgpuDialect Items { get; } = new("ilgpu-items", "for a thread of a GPU, over several items", IlgpuFrame.Items);

    public override string Name { get; }

    internal override string Purpose { get; }

    internal override KernelFrame Frame { get; }

    internal override string Handle(string name, int operand, string type, string length) => $"long {name} = call.At({operand}, row);";

    internal override string Load(string handle) => $"V.Broadcast(call.Reals[{handle} + j])";

    internal override string Store(string value, string handle, string label) => $"call.Reals[{handle} + j] = V.Sum({value});";

    internal override string LoadRow(int operand, string row) => $"V.Broadcast(call.Reals[call.At({operand}, {row})])";

    internal override string LoadIndex(int operand, string row) => $"call.Integers[call.At({operand}, {row})]";

    internal override string StoreRow(string value, int operand, string label) => $"call.Reals[call.At({operand}, row)] = V.Sum({value});";

    // Each thread has its own, of the size that the lowered plan has found.
    internal override string TakeMemory(int values) => "long memory = call.ThreadMemory;";

    internal override string MemoryParameter => "long memory";

    internal override string MemoryArgument => "memory";

    internal override string MemoryHandle(string name, int place) => $"long {name} = memory + call.KeptRow({place});";

    internal override string KeepInMemory(string value, string handle) => $"call.Reals[{handle} + j] = V.Sum({value});";

    // ILGPU 1.5.3 gives (double)(c ? 1 : 0) the bits of the integer 1.
    internal override string Mark(MarkOp op, string index) => $"j {op.Comparison.Sign} {index} ? V.Create(1) : V.Create(0)";

    internal override string Keep(string x, string neutral) => x;

    internal override string Horizontal(string function, string lanes, int slot) => $"call.{function}<V>(memory, {slot})";

    // ILGPU inlines as it sees fit.
    internal override string Outlined(string function, string[] arguments) => Call(function, arguments);
}
