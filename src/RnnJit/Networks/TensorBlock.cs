using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>Named tensors in one piece of memory, so that norm and update run over all of them at once. Gaps up to the next 64 bytes are
/// zero.</summary>
internal sealed unsafe class TensorBlock : IDisposable
{
    private const int Alignment = 64;

    // Row length for splitting work between threads; the last row is padded.
    private const int Columns = 1024;

    private readonly NativeBuffer memory;
    private readonly Dictionary<string, Tensor> parts = new(StringComparer.Ordinal);

    public TensorBlock(ElementType element, IEnumerable<(string Name, int[] Shape)> tensors)
    {
        int unit = Alignment / (element == ElementType.F64 ? 8 : 4), length = 0;
        var placed = new List<(string Name, int[] Shape, int Start)>();
        foreach (var (name, shape) in tensors)
        {
            placed.Add((name, shape, length));
            length = checked(length + ((NdArray.Size(shape) + unit - 1) / unit * unit));
        }

        int columns = Math.Clamp(length, unit, Columns), rows = (length + columns - 1) / columns, size = Alignment / unit;
        memory = new NativeBuffer((long)rows * columns * size);
        foreach (var (name, shape, start) in placed)
            parts.Add(name, new Tensor(element, shape, memory, memory.Data + ((long)start * size)));
        Whole = new Tensor(element, [rows, columns], memory, memory.Data, [.. parts.Values]);
    }

    /// <summary>All elements, gaps included, cut into rows.</summary>
    public Tensor Whole { get; }

    /// <summary>The tensors by name, in the order given.</summary>
    public IReadOnlyDictionary<string, Tensor> Parts => parts;

    /// <summary>An empty block of the same layout.</summary>
    public TensorBlock Alike() => new(Whole.Element, parts.Select(part => (part.Key, part.Value.Shape.ToArray())));

    public void Dispose() => memory.Dispose();
}
