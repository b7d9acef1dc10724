using System.Globalization;
using System.Text;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Plans;

/// <summary>A bound Program as text: its instructions, the views they read and write, and where each block lies in the arena.</summary>
internal sealed class PlanDump
{
    private readonly StringBuilder text = new();
    private readonly MemoryPlan memory;

    private PlanDump(MemoryPlan memory) => this.memory = memory;

    public static string Of(CompiledExecutable executable)
    {
        var dump = new PlanDump(executable.Memory);
        dump.text.Append(CultureInfo.InvariantCulture, $"arena {executable.ArenaBytes}\n");
        dump.Add(executable.Instructions, "");
        return dump.text.ToString();
    }

    private void Add(IEnumerable<Instruction> instructions, string indent)
    {
        foreach (Instruction instruction in instructions)
        {
            Line(indent, instruction.Describe, instruction is ScanInstruction loop ? loop.OwnViews : instruction.Views);
            if (instruction is not ScanInstruction scan)
                continue;
            foreach (MatMulChunks product in scan.Chunked)
                Line(indent + "  ", product.Describe, product.Views);
            Add(scan.Body, indent + "  ");
        }
    }

    private void Line(string indent, string describe, IEnumerable<BufferView> views) =>
        text.Append(indent).Append(describe).Append(": ").AppendJoin(" | ", views.Select(Text).Order(StringComparer.Ordinal)).Append('\n');

    private string Text(BufferView view)
    {
        string place = string.Create(CultureInfo.InvariantCulture,
            $"{Name(view.Buffer)}+{view.Offset} [{string.Join(',', view.Shape)}]:[{string.Join(',', view.Strides)}]");
        (long, string)[] moves =
        [
            (view.TimeStride, "t"), (view.Ring, "ring"), (view.DoubleBufferStride, "flip"), (view.DoubleBufferHalf, "odd"),
            (view.OuterTimeStride, "T"), (view.OuterDoubleBufferStride, "FLIP"),
            (view.OuterDoubleBufferHalf, "ODD"), ((long)view.Storage, "storage"),
        ];
        return place + string.Concat(
            moves.Where(move => move.Item1 != 0).Select(move => string.Create(CultureInfo.InvariantCulture, $" {move.Item2}{move.Item1}")));
    }

    // Buffers that are alive together lie apart, so offset and lifetime name one.
    private string Name(PlanBuffer buffer)
    {
        if (buffer.IsExternal)
            return buffer.Name;
        PlacedBuffer place = memory.Places.GetValueOrDefault(buffer);
        return string.Create(CultureInfo.InvariantCulture, $"({buffer.Bytes}@{place.Offset} {place.First}-{place.Last})");
    }
}
