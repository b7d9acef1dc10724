using ILGPU;

namespace RnnJit.Gpu.Kernels;

/// <summary>Words of a launch over several items, followed by, for each block of units, the word where its item begins.</summary>
internal static class ItemsWord
{
    public const int Units = 0;

    /// <summary>Units of a block, which belong to one item; the last one of an item has some to spare.</summary>
    public const int Block = 1;
    public const int Words = 2;
}

/// <summary>A launch over several items as emitted kernels see it: the tensors of an item are operands of a call.</summary>
public readonly struct DeviceItems<T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)
    where T : unmanaged
{
    private readonly ArrayView<T> reals = reals;
    private readonly ArrayView<int> integers = integers;
    private readonly ArrayView<long> table = table;
    private readonly DeviceLaunch launch = launch;
    private readonly DeviceWords words = new(table, launch);

    /// <summary>The first unit of this thread.</summary>
    public long FirstUnit => words.Thread;

    /// <summary>Units of all items.</summary>
    public long Units => words[ItemsWord.Units];

    public long Threads => words.Threads;

    /// <summary>The first item.</summary>
    public DeviceCall<T> First => At(words[ItemsWord.Words]);

    /// <summary>The item that a unit belongs to.</summary>
    public DeviceCall<T> Of(long unit) => At(words[ItemsWord.Words + (unit / words[ItemsWord.Block])]);

    private DeviceCall<T> At(long place) => new(reals, integers, table, launch.At((int)place));
}
