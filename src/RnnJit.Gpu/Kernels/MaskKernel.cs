using System.ComponentModel;
using ILGPU;
using RnnJit.Randomness;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a random mask, followed by its extents.</summary>
internal static class MaskWord
{
    /// <summary>Words of the seed, the update and the rows of the batch.</summary>
    public const int Numbers = 0;
    public const int Mask = 8;
    public const int Rows = 16;
    public const int Units = 17;
    public const int BatchAxis = 18;
    public const int Rank = 19;
    public const int Site = 20;

    /// <summary>The words below it stand for <see cref="Other"/>, the others for <see cref="Drawn"/>.</summary>
    public const int Threshold = 21;
    public const int Drawn = 22;
    public const int Other = 23;

    /// <summary>1 for noise, whose numbers are the words themselves.</summary>
    public const int IsUniform = 24;
    public const int Words = 25;
}

/// <summary>Masks and noise by Philox 4×32-10, with the bits of <see cref="MaskCounter"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MaskKernel
{
    /// <summary>Numbers of one block of the generator.</summary>
    private const int Group = 4;

    /// <summary>Blocks of the generator that a row of so many units may touch, wherever it begins.</summary>
    internal static long GroupsOf(long units) => ((units + Group - 2) / Group) + 1;

    /// <summary>A thread has the units of a row that share a block of the generator.</summary>
    public static void Draw<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        var words = new DeviceWords(table, launch);
        long numbers = words.Address(MaskWord.Numbers), units = words[MaskWord.Units], groups = GroupsOf(units);
        var (low, high, _, _) = Philox.Block(
            MaskCounter.Join(integers[numbers], integers[numbers + 1]), MaskCounter.Join(integers[numbers + 2], integers[numbers + 3]),
            (ulong)words[MaskWord.Site]);
        ulong key = MaskCounter.Join((int)low, (int)high);
        long first = words[MaskWord.BatchAxis] >= 0 && words[MaskWord.BatchAxis] == words[MaskWord.Rank] - 1
            ? (uint)integers[numbers + 4] : 0L;
        for (long unit = words.Thread; unit < words[MaskWord.Rows] * groups; unit += words.Threads)
        {
            long row = unit / groups, group = (first / Group) + (unit % groups);
            ulong counter = Counter(words, row, (uint)integers[numbers + 4], (uint)integers[numbers + 5]);
            var (r0, r1, r2, r3) = Philox.Block(key, (ulong)group, counter);
            long at = words.Address(MaskWord.Mask) + (row * units), element = (group * Group) - first;
            Store<V, T>(reals, words, at, element, r0);
            Store<V, T>(reals, words, at, element + 1, r1);
            Store<V, T>(reals, words, at, element + 2, r2);
            Store<V, T>(reals, words, at, element + 3, r3);
        }
    }

    // Blocks at both ends have units of no row.
    private static void Store<V, T>(ArrayView<T> reals, DeviceWords words, long at, long element, uint number)
        where V : struct, IDeviceReal<V, T>
        where T : unmanaged
    {
        if (element < 0 || element >= words[MaskWord.Units])
            return;
        int word = number < words[MaskWord.Threshold] ? MaskWord.Other : MaskWord.Drawn;
        double drawn = words[MaskWord.IsUniform] != 0
            ? Interop.IntAsFloat(Philox.UniformBits(number)) - 3
            : Interop.IntAsFloat((ulong)words[word]);
        reals[at + element] = V.Narrow(drawn);
    }

    private static ulong Counter(DeviceWords words, long row, uint firstRow, uint wholeRows)
    {
        ulong counter = 0, scale = 1;
        for (long axis = words[MaskWord.Rank] - 2; axis >= 0; axis--)
        {
            long extent = words[MaskWord.Words + axis];
            var index = (uint)(row % extent);
            row /= extent;
            bool isBatch = axis == words[MaskWord.BatchAxis];
            counter += (isBatch ? firstRow + index : index) * scale;
            scale *= isBatch ? wholeRows : (uint)extent;
        }

        return counter;
    }
}
