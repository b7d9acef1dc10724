using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Plans;

namespace RnnJit.Gpu.Lowering;

/// <summary>A word of the table that holds the beginning of an operand, and its movement from step to step of a loop.</summary>
internal readonly record struct TableMove(int Word, LoopMovement Movement);

/// <summary>Writes what threads read of operations: places, extents and strides, as words of 64 bits.</summary>
internal sealed class TableWriter(DeviceLayout layout)
{
    private readonly List<long> words = [];

    // Addresses that move with loops further out than an address tells, for each loop around what is written now, the outermost first.
    private readonly List<List<TableMove>> loops = [];

    public long[] Words => [.. words];

    /// <summary>From now on operations are in a further loop.</summary>
    public void Enter() => loops.Add([]);

    /// <summary>The loop ends. Gives the addresses that it moves itself.</summary>
    public IReadOnlyList<TableMove> Leave()
    {
        List<TableMove> moves = loops[^1];
        loops.RemoveAt(loops.Count - 1);
        return moves;
    }

    /// <summary>Begins an operation of so many words, all 0; more may be appended.</summary>
    public TableEntry Begin(int size)
    {
        var entry = new TableEntry(this, words.Count);
        words.AddRange(new long[size]);
        return entry;
    }

    /// <summary>An operation of a table.</summary>
    internal readonly struct TableEntry(TableWriter table, int place)
    {
        /// <summary>Its first word.</summary>
        public int Place => place;

        /// <summary>Writes a word.</summary>
        public void Set(int word, long value) => table.words[place + word] = value;

        /// <summary>Writes where a view lies.</summary>
        public void Address(int word, BufferView? view)
        {
            if (view is not null)
                Write(place + word, view);
        }

        /// <summary>Writes the lengths of the loop around, where it has some.</summary>
        public void Loop(int word, BufferView? lengths)
        {
            table.words[place + word] = lengths is null ? 0 : 1;
            if (lengths is not null)
                Write(place + word + 1, lengths);
        }

        public void Append(params IEnumerable<long> values) => table.words.AddRange(values);

        public void Append(IEnumerable<int> values) => table.words.AddRange(values.Select(value => (long)value));

        public void AppendAddress(BufferView view)
        {
            int at = table.words.Count;
            table.words.AddRange(new long[DeviceWords.AddressWords]);
            Write(at, view);
        }

        private void Write(int at, BufferView view)
        {
            long[] address =
            [
                (table.Layout.Of(view.Buffer) / view.ElementSize) + view.Offset, view.TimeStride, view.Ring - 1, view.DoubleBufferStride,
                    view.DoubleBufferHalf,
                view.OuterTimeStride, view.OuterDoubleBufferStride, view.OuterDoubleBufferHalf,
            ];
            for (int i = 0; i < address.Length; i++)
                table.words[at + i] = address[i];
            for (int loop = 0; loop < view.Further.Length; loop++)
                table.loops[^(loop + 3)].Add(new TableMove(at, view.Further[loop]));
        }
    }

    private DeviceLayout Layout => layout;
}
