using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>What differs from launch to launch of one operation: the rest stands in the table.</summary>
/// <param name="Place">First word of the operation in the table.</param>
/// <param name="T">Time step of the innermost loop.</param>
/// <param name="I">Steps of it that were done before.</param>
/// <param name="OuterT">Time step of the loop around it.</param>
/// <param name="OuterI">Steps of that that were done before.</param>
/// <param name="Number">Number of the launch within a run, from 1; 0 where nothing is checked.</param>
public readonly record struct DeviceLaunch(int Place, int T, int I, int OuterT, int OuterI, int Number)
{
    /// <summary>Threads that take turns on the one of the host; 0 on a device, which knows its own.</summary>
    public int HostThreads { get; init; }

    /// <summary>Which of them this is.</summary>
    public int HostThread { get; init; }
}

/// <summary>Arithmetic of places in a table, as threads do it.</summary>
public static class DeviceTable
{
    /// <summary>Words of an address.</summary>
    public const int AddressWords = 8;

    /// <summary>This thread among all of the launch.</summary>
    public static long Thread(DeviceLaunch launch) => launch.HostThreads == 0 ? (Grid.IdxX * (long)Group.DimX) + Group.IdxX : launch.HostThread;

    /// <summary>Threads of the launch.</summary>
    public static long Threads(DeviceLaunch launch) => launch.HostThreads == 0 ? Grid.DimX * (long)Group.DimX : launch.HostThreads;

    /// <summary>The element at which an operand begins, at this step of the loops.</summary>
    public static long Address(ArrayView<long> table, long place, DeviceLaunch launch) =>
        table[place] + ((launch.T & table[place + 2]) * table[place + 1]) + (((launch.I + table[place + 4]) & 1) * table[place + 3])
        + (launch.OuterT * table[place + 5]) + (((launch.OuterI + table[place + 7]) & 1) * table[place + 6]);

    /// <summary>Offset of an element by its number in row-major order, of extents and strides that begin at two places of the table.</summary>
    public static long Offset(ArrayView<long> table, int rank, long extents, long strides, long number)
    {
        long offset = 0;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            long extent = table[extents + axis];
            offset += number % extent * table[strides + axis];
            number /= extent;
        }

        return offset;
    }

    /// <summary>Whether a row of the batch takes this step: rows of a loop with lengths rest behind their end.</summary>
    /// <param name="place">Word 0: 1 where the loop has lengths; then their address.</param>
    public static bool Runs(ArrayView<int> integers, ArrayView<long> table, long place, DeviceLaunch launch, long row) =>
        table[place] == 0 || integers[Address(table, place + 1, launch) + row] > launch.T;

    /// <summary>Whether a row lies before the last one that runs at a step. Rows are sorted by length as a rule.</summary>
    public static bool IsActive(ArrayView<int> integers, long lengths, long batch, long row, long step)
    {
        for (long other = row; other < batch; other++)
        {
            if (integers[lengths + other] > step)
                return true;
        }

        return false;
    }
}
