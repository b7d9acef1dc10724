using RnnJit.Data;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Runtime;

namespace RnnJit.Training;

/// <summary>Sizes of batches, and the way of their values into tensors that may have more steps.</summary>
/// <param name="program">Reads the inputs that a batch gives.</param>
/// <param name="known">Sizes of the model.</param>
/// <param name="multiple">
/// Steps of rows with lengths are rounded up to a multiple of it, except where results divide by their number, as the mean over padding
/// too does: they would depend on the multiple. A warning says so.
/// </param>
internal sealed class BatchShape(Graph program, IReadOnlyDictionary<string, int> known, int multiple)
{
    private const int MostSeen = 256;

    private readonly Port[] ports = Given(program);
    private readonly BatchLengths lengths = new(program, Given(program));

    // Symbols of steps whose number results are divided by.
    private readonly HashSet<string> divisors =
        [.. program.Nodes.Select(node => node.Op).OfType<ExtentOp>().SelectMany(extent => extent.Dim.Terms).Select(term => term.Symbol)];

    private Graph? probe;

    // Shapes that were checked, with their sizes: a shape that comes again costs a search.
    private readonly List<(int[] Shapes, Dictionary<string, int> Sizes)> seen = [];

    /// <summary>Sizes of the symbols that the model leaves open.</summary>
    /// <exception cref="GraphException">RNNJ150, RNNJ151: an input is missing, or its shape does not fit.</exception>
    /// <exception cref="UnknownNameException">An input is given that the Program does not read.</exception>
    public Dictionary<string, int> Of(Batch batch)
    {
        int[]? shapes = Shapes(batch);
        foreach (var (known, sizes) in seen)
        {
            if (shapes is not null && shapes.AsSpan().SequenceEqual(known))
                return sizes;
        }

        Dictionary<string, int> found = Checked(batch);
        if (seen.Count == MostSeen)
            seen.Clear();
        seen.Add((shapes!, found));
        return found;
    }

    // Rows, and of each input its type, rank and extents; null where the inputs are others than the Program's.
    private int[]? Shapes(Batch batch)
    {
        if (batch.Inputs.Count != ports.Length)
            return null;
        var shapes = new List<int> { batch.Rows };
        foreach (Port port in ports)
        {
            if (!batch.Inputs.TryGetValue(port.Name, out BatchInput? input))
                return null;
            shapes.Add((int)input.Element);
            shapes.Add(input.Shape.Count);
            shapes.AddRange(input.Shape);
        }

        return [.. shapes];
    }

    private Dictionary<string, int> Checked(Batch batch)
    {
        foreach (string name in batch.Inputs.Keys)
        {
            if (!Array.Exists(ports, port => port.Name == name))
                throw new UnknownNameException($"Program '{program.Name}'", "input", name, ports.Select(port => port.Name));
        }

        if (Array.Find(ports, port => !batch.Inputs.ContainsKey(port.Name)) is { } missing)
            throw new GraphException("RNNJ150",
                $"Input '{missing.Name}' of '{program.Name}' is missing in the batch (give {missing.Type})");
        if (Array.Find(ports,
            port => (batch.Inputs[port.Name].Element == ElementType.I32) != (port.Type.Element == ElementType.I32)) is { } other)
            throw new GraphException("RNNJ151",
                $"'{other.Name}' holds {batch.Inputs[other.Name].Element} but {other.Type} is wanted (give that type)");
        probe ??= new Graph(program.Kind, program.Name, ports.ToEquatable(), [], []);
        Dictionary<string, int> sizes = SizeBinding.FromShapes(probe, i => [.. batch.Inputs[ports[i].Name].Shape], known);
        foreach (string symbol in lengths.Symbols.Where(sizes.ContainsKey))
        {
            int steps = (sizes[symbol] + multiple - 1) / multiple * multiple;
            if (!divisors.Contains(symbol))
                sizes[symbol] = steps;
            else if (steps != sizes[symbol])
                Warnings.Once("RNNJ228", program.Name, $"'{program.Name}': a mean counts all steps of {symbol}, those behind the ends of "
                    + $"rows too, so {sizes[symbol]} steps are not rounded up to {steps} and each number of steps is planned by itself "
                    + "(leave padding out with IgnoreIndex, or divide by the steps of the rows, Rnn.Total(net.StepsOf(lengths, y)))");
        }

        sizes.TryAdd("T", 1);
        sizes.TryAdd("B", batch.Rows);
        if (batch.Rows < 1 || batch.Rows > sizes["B"])
            throw new ArgumentException(
                $"The batch says {batch.Rows} rows and its inputs have {sizes["B"]}, wanted 1 to {sizes["B"]} (correct Batch.Rows)");
        return sizes.Where(size => !known.ContainsKey(size.Key)).ToDictionary(size => size.Key, size => size.Value);
    }

    /// <summary>Copies the values of a batch in; steps that were added have the input's padding.</summary>
    /// <exception cref="ArgumentException">A length is negative or beyond the steps of the batch; nothing is copied.</exception>
    public void Fill(Batch batch, Func<string, Tensor> input)
    {
        lengths.Check(batch);
        foreach (Port port in ports)
        {
            BatchInput from = batch.Inputs[port.Name];
            Tensor to = input(port.Name);
            if (to.Element == ElementType.I32)
                Copy(from.Integers.Span, [.. from.Shape], to.Write<int>(), to.Shape, (int)from.Padding);
            else if (to.Element == ElementType.F32)
                Copy(from.Reals.Span, [.. from.Shape], to.Write<float>(), to.Shape, (float)from.Padding);
            else
                Copy(Widened(from.Reals.Span), [.. from.Shape], to.Write<double>(), to.Shape, from.Padding);
        }
    }

    private static Port[] Given(Graph program) =>
        [.. program.Inputs.Where(port => port.Role is PortRole.Input or PortRole.PerSequence && !MaskPort.Is(port))];

    private static double[] Widened(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = values[i];
        return wide;
    }

    // Copies contiguous rows of the last axes; elements past the source's extent of an axis are padding.
    private static void Copy<T>(ReadOnlySpan<T> from, ReadOnlySpan<int> shape, Span<T> to, IReadOnlyList<int> wanted, T padding)
    {
        if (from.Length == to.Length)
        {
            from.CopyTo(to);
            return;
        }

        to.Fill(padding);
        CopyAxis(from, shape, to, wanted, axis: 0);
    }

    private static void CopyAxis<T>(ReadOnlySpan<T> from, ReadOnlySpan<int> shape, Span<T> to, IReadOnlyList<int> wanted, int axis)
    {
        if (axis == shape.Length - 1)
        {
            from.CopyTo(to);
            return;
        }

        int row = from.Length / Math.Max(shape[axis], 1), wide = to.Length / Math.Max(wanted[axis], 1);
        for (int i = 0; i < shape[axis]; i++)
            CopyAxis(from.Slice(i * row, row), shape, to.Slice(i * wide, wide), wanted, axis + 1);
    }
}
