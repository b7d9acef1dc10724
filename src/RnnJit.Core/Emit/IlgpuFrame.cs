namespace RnnJit.Emit;

/// <summary>
/// Kernels of a GPU: each thread takes units in turn, by the number of threads apart. A unit is a row, or some columns of one where columns
/// do not meet, so that the text is right for any number of threads and needs no barrier.
/// </summary>
public sealed class IlgpuFrame : KernelFrame
{
    private readonly bool overItems;

    private IlgpuFrame(bool overItems) => this.overItems = overItems;

    /// <summary>Kernels of one domain of rows.</summary>
    public static IlgpuFrame Instance { get; } = new(overItems: false);

    /// <summary>Kernels of several items, each with rows of its own, in one launch.</summary>
    public static IlgpuFrame Items { get; } = new(overItems: true);

    internal override IEnumerable<string> Usings => ["ILGPU", "RnnJit.Cpu", "RnnJit.Cpu.Simd", "RnnJit.Gpu.Kernels"];

    internal override string Declaration(string className) => $"public readonly struct {className} : IDeviceKernel";

    internal override IEnumerable<string> MethodAttributes => [];

    internal override string Entry =>
        "public static void Run<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)";

    // Numbers that all items share are read where the first one has them.
    internal override IEnumerable<string> Prologue(bool hasColumns) => overItems
        ? ["var items = new DeviceItems<T>(reals, integers, table, launch);", "DeviceCall<T> call = items.First;"]
        : ["var call = new DeviceCall<T>(reals, integers, table, launch);"];

    internal override string RowLoop => overItems
        ? "for (long next = items.FirstUnit; next < items.Units; next += items.Threads)"
        : "for (long unit = call.FirstUnit; unit < call.Units; unit += call.Threads)";

    internal override IEnumerable<string> RowProlog => overItems ? ItemProlog : UnitProlog;

    private static string[] ItemProlog =>
    [
        "call = items.Of(next);",
        "long unit = next - call.First;",
        "if (unit >= call.Units)",
        "    continue;",
        "int row = call.RowOf(unit), start = call.StartOf(unit), end = call.EndOf(unit);",
        "",
    ];

    private static string[] UnitProlog =>
    [
        "int row = call.RowOf(unit), start = call.StartOf(unit), end = call.EndOf(unit);",
        "if (!call.Runs(row))",
        "{",
        "    call.Clear(row, start, end);",
        "    continue;",
        "}",
        "",
    ];

    // A lane adds the columns that a lane of a vector adds: sums are equal bit for bit to those of vectors with as many lanes.
    internal override IEnumerable<string> PassCalls(string pass, string arguments, IReadOnlyList<LaneSum> sums) => sums.Count == 0
        ? [$"{pass}<V, T>(in call, row, start, end, 1{arguments});"]
        :
        [
            "for (int lane = 0; lane < call.Lanes; lane++)",
            "{",
            .. sums.Select(sum => $"    {sum.Name} = {sum.Start};"),
            $"    {pass}<V, T>(in call, row, start + lane, end, call.Lanes{arguments});",
            .. sums.Select(sum => $"    call.SetLane<V>(memory, {sum.Slot}, lane, {sum.Name});"),
            "}",
            "",
        ];

    internal override string Pass(string pass, string parameters) =>
        $"private static void {pass}<V, T>(in DeviceCall<T> call, int row, int start, int end, int step{parameters})";

    internal override string[] PassTypes => ["V", "T"];

    internal override string LoopStep => "j += step";

    internal override IEnumerable<string> Mentioned =>
        "unit next items lane step launch reals integers table ArrayView DeviceCall DeviceItems DeviceLaunch IDeviceKernel".Split(' ');

    internal override bool CutsAtFunctions => false;

    internal override bool SumsInMemory => true;
}
