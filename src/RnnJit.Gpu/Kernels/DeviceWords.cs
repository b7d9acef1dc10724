using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>The words of one operation in the table, counted from its first, and where the loops stand.</summary>
public readonly struct DeviceWords(ArrayView<long> table, DeviceLaunch launch)
{
    /// <summary>Words of an address.</summary>
    public const int AddressWords = 8;

    // A view that begins at the operation, and for an address at its first word: ptxas reads a word by one base register and an immediate
    // offset. With table[place + word] the compiler kept one address register for each word of the table
    // across the loop over rows, and spilled.
    private readonly ArrayView<long> own = table.SubView(launch.Place);
    private readonly DeviceLaunch launch = launch;

    public long this[long word] => own[word];

    /// <summary>Number of the launch, see <see cref="DeviceLaunch.Number"/>.</summary>
    public int Number => launch.Number;

    /// <summary>This thread among all of the launch.</summary>
    public long Thread => launch.HostThreads == 0 ? (Grid.IdxX * (long)Group.DimX) + Group.IdxX : launch.HostThread;

    /// <summary>Threads of the launch.</summary>
    public long Threads => launch.HostThreads == 0 ? Grid.DimX * (long)Group.DimX : launch.HostThreads;

    /// <summary>The element at which an operand begins, at this step of the loops.</summary>
    public long Address(long word)
    {
        ArrayView<long> at = own.SubView(word);
        return at[0] + ((launch.T & at[2]) * at[1]) + (((launch.I + at[4]) & 1) * at[3])
            + (launch.OuterT * at[5]) + (((launch.OuterI + at[7]) & 1) * at[6]);
    }

    /// <summary>Offset of an element by its number in row-major order, of extents and strides that begin at two words.</summary>
    public long Offset(int rank, long extents, long strides, long number)
    {
        long offset = 0;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            long extent = this[extents + axis];
            offset += number % extent * this[strides + axis];
            number /= extent;
        }

        return offset;
    }

    /// <summary>The element at which a row of an operand begins: its address and the offset of the row by its number.</summary>
    /// <remarks>
    /// ptxas inlines a division of 32 bits. One of 64 bits is a subroutine, and the registers that are live at any of its calls add up. The
    /// address is the first value of the accumulator: added last, the address words of all operands were loaded after the last loop and
    /// live at once.
    /// </remarks>
    public long RowAddress(long word, int rank, long extents, long strides, int row)
    {
        long place = Address(word);
        uint rest = (uint)row;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            uint extent = (uint)this[extents + axis];
            place += rest % extent * this[strides + axis];
            rest /= extent;
        }

        return place;
    }

    /// <summary>True where a row of the batch takes this step: rows of a loop with lengths that have ended do not.</summary>
    /// <param name="word">1 where the loop has lengths; then their address.</param>
    public bool Runs(ArrayView<int> integers, long word, long row) => this[word] == 0 || integers[Address(word + 1) + row] > launch.T;

    /// <summary>True where a row lies before the last one that runs at a step. Rows are sorted by length as a rule.</summary>
    public static bool IsActive(ArrayView<int> integers, long lengths, long batch, long row, long step)
    {
        // No 'return true' from the loop: ILGPU 1.5.3 takes constants for equal in all threads, whichever way a thread came to them.
        int longest = 0;
        for (long other = row; other < batch; other++)
        {
            int length = integers[lengths + other];
            longest = length > longest ? length : longest;
        }

        return longest > step;
    }
}
