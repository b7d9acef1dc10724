using System.Globalization;
using System.Text;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Plans;

/// <summary>
/// A plan as text: buffers with space, size, offset and lifetime, then commands with the views they read and write. A view is printed as
/// its buffer, then <c>+offset</c>, <c>[shape]</c> and <c>:[strides]</c> in elements where they are not those of the whole dense buffer;
/// inside loops <c>t*N</c> moves it by N elements each time step, <c>flip*N</c> alternates between two places, <c>ring N</c> takes the time
/// step modulo N, capitals are those of the loop around, <c>T2*N</c> and <c>FLIP2*N</c> those of the one around that, and so on.
/// </summary>
public static class PlanText
{
    public static string Print(Plan plan)
    {
        MemoryPlan memory = MemoryPlan.Of(plan);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"plan {plan.Program.Name} {Word(plan.Options.Real)}");
        foreach (var (symbol, size) in plan.Options.Sizes.OrderBy(size => size.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $" {symbol}={size}");
        text.Append(CultureInfo.InvariantCulture, $", arena {memory.Bytes} bytes\n");
        foreach (BufferView input in plan.Inputs)
            text.Append(CultureInfo.InvariantCulture,
                $"external {input.Buffer}: {Word(input.Buffer.Element)}[{string.Join(", ", input.Shape)}"
                    + $"]{(input.Buffer.IsParameter ? " parameter" : "")}\n");
        foreach (PlanBuffer buffer in plan.Buffers.Where(memory.Places.ContainsKey))
        {
            PlacedBuffer place = memory.Places[buffer];
            string life = place.Last == int.MaxValue ? $"{place.First}.." : $"{place.First}..{place.Last}";
            text.Append(CultureInfo.InvariantCulture,
                $"{(buffer.Space == BufferSpace.Shared ? "shared" : "scratch")} {buffer}: {Word(buffer.Element)} x {buffer.Elements} at "
                    + $"{place.Offset}, alive {life}\n");
        }

        var kernels = new List<Graph>();
        foreach (FillCommand fill in plan.Fills)
            Line(text, fill, "     ", kernels);
        Lines(text, plan.Commands, "", kernels);
        foreach (var (output, view) in plan.Program.Outputs.Zip(plan.Outputs))
            text.Append(CultureInfo.InvariantCulture, $"output {output.Name} = {Text(view)}\n");
        for (int k = 0; k < kernels.Count; k++)
            text.Append(CultureInfo.InvariantCulture, $"\nk{k}: {Printer.Print(kernels[k])}");
        return text.ToString();
    }

    /// <summary>A view as plans print it.</summary>
    public static string Text(BufferView view)
    {
        var text = new StringBuilder(view.Buffer.Id < 0 ? "none" : view.Buffer.ToString());
        bool dense = view.Strides.SequenceEqual(BufferView.Dense(view.Shape));
        if (view.Offset != 0)
            text.Append(CultureInfo.InvariantCulture, $"+{view.Offset}");
        text.Append('[').AppendJoin(", ", view.Shape).Append(']');
        if (!dense)
            text.Append(":[").AppendJoin(", ", view.Strides).Append(']');
        Move(text, "t", view.TimeStride, "flip", view.DoubleBufferStride, view.DoubleBufferHalf);
        Move(text, "T", view.OuterTimeStride, "FLIP", view.OuterDoubleBufferStride, view.OuterDoubleBufferHalf);
        for (int loop = 0; loop < view.Further.Length; loop++)
        {
            LoopMovement move = view.Further[loop];
            Move(text, $"T{loop + 2}", move.TimeStride, $"FLIP{loop + 2}", move.DoubleBufferStride, move.DoubleBufferHalf);
        }

        if (view.Ring > 0)
            text.Append(CultureInfo.InvariantCulture, $" ring {view.Ring}");
        return text.ToString();
    }

    private static void Move(StringBuilder text, string time, long timeStride, string flip, long flipStride, int half)
    {
        if (timeStride != 0)
            text.Append(CultureInfo.InvariantCulture, $" {time}*{timeStride}");
        if (flipStride != 0)
            text.Append(CultureInfo.InvariantCulture, $" {flip}*{flipStride}{(half == 0 ? "" : " next")}");
    }

    private static void Lines(StringBuilder text, IReadOnlyList<PlanCommand> commands, string indent, List<Graph> kernels)
    {
        for (int n = 0; n < commands.Count; n++)
            Line(text, commands[n], indent + n.ToString("00", CultureInfo.InvariantCulture) + " ", kernels);
    }

    private static void Line(StringBuilder text, PlanCommand command, string indent, List<Graph> kernels)
    {
        text.Append(indent);
        if (command is ScanCommand scan)
        {
            Scan(text, scan, indent, kernels);
            return;
        }

        if (command switch { KernelCommand kernel => kernel.Op, ForEachCommand each => each.Op, _ => null } is { } op)
            text.Append(CultureInfo.InvariantCulture, $"k{Number(kernels, op.Kernel)} ");
        text.Append(command.Text).Append(": ").AppendJoin(", ", command.Reads.Select(Text)).Append(" -> ")
            .AppendJoin(", ", command.Writes.Select(Text));
        text.Append(command.When == CommandWhen.ParametersChanged ? ", when parameters changed\n" : "\n");
    }

    private static void Scan(StringBuilder text, ScanCommand scan, string indent, List<Graph> kernels)
    {
        string inside = new(' ', indent.Length);
        text.Append(scan.Text).Append(scan.Lengths is null ? "" : $" {Text(scan.Lengths)}").Append(" {\n");
        foreach (ChunkedMatMul chunked in scan.Chunked)
            Line(text, chunked.Product, $"{inside}ahead by {chunked.Chunk} steps: ", kernels);
        Lines(text, scan.Body, inside, kernels);
        foreach (CopyCommand copy in scan.Lengths is null ? [] : scan.Freeze)
            Line(text, copy, inside + "ended rows: ", kernels);
        foreach (BufferView view in scan.Lengths is null ? [] : scan.Yields)
            text.Append(inside).Append("ended rows: clear: -> ").Append(Text(view)).Append('\n');
        text.Append(inside).Append("}\n");
    }

    private static int Number(List<Graph> kernels, Graph kernel)
    {
        int known = kernels.IndexOf(kernel);
        if (known >= 0)
            return known;
        kernels.Add(kernel);
        return kernels.Count - 1;
    }

    private static string Word(ElementType element) => element.ToString().ToLowerInvariant();
}
