namespace RnnJit.Randomness;

/// <summary>Key and counters of the numbers of one mask: see <see cref="Ops.RandomMaskOp"/>.</summary>
public readonly struct MaskCounter
{
    private readonly int[] shape;
    private readonly int batchAxis;
    private readonly uint first;
    private readonly uint whole;

    /// <param name="seed">Fixes a run.</param>
    /// <param name="update">Number of the update.</param>
    /// <param name="first">First row of this part of the batch.</param>
    /// <param name="whole">Rows of the whole batch.</param>
    /// <param name="batchAxis">The axis of the batch; −1 for none.</param>
    public MaskCounter(ulong seed, ulong update, int first, int whole, int site, int[] shape, int batchAxis)
    {
        (this.shape, this.batchAxis, this.first, this.whole) = (shape, batchAxis, (uint)first, (uint)whole);
        var (low, high, _, _) = Philox.Block(seed, update, (ulong)site);
        Key = Join((int)low, (int)high);
        Units = shape.Length == 0 ? 1 : Math.Max(shape[shape.Length - 1], 1);
    }

    /// <summary>64 bits from their words.</summary>
    public static ulong Join(int low, int high) => (uint)low | ((ulong)(uint)high << 32);

    public ulong Key { get; }

    /// <summary>Elements of a row: the last extent.</summary>
    public int Units { get; }

    /// <summary>Number of the first unit: that of the first row where the batch is the last axis.</summary>
    public ulong FirstUnit => batchAxis >= 0 && batchAxis == shape.Length - 1 ? first : 0;

    /// <summary>Counter of a row by its number within this part of the batch.</summary>
    public ulong Row(int row)
    {
        ulong counter = 0, scale = 1;
        for (int axis = shape.Length - 2; axis >= 0; axis--)
        {
            uint index = (uint)(row % shape[axis]);
            row /= shape[axis];
            counter += (axis == batchAxis ? first + index : index) * scale;
            scale *= axis == batchAxis ? whole : (uint)shape[axis];
        }

        return counter;
    }
}
