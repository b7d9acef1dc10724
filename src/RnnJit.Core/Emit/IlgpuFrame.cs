namespace RnnJit.Emit;

/// <summary>
/// Kernels of a GPU: each thread takes units in turn, by the number of threads apart. A unit is a row, or some columns of one where columns
/// do not meet, so that the text is right for any number of threads and needs no barrier.
/// </summary>
public sealed class IlgpuFrame : KernelFrame
{
    public static IlgpuFrame Instance { get; } = new();

    private IlgpuFrame()
    {
    }

    internal override IEnumerable<string> Usings => ["ILGPU", "RnnJit.Cpu", "RnnJit.Cpu.Simd", "RnnJit.Gpu.Kernels"];

    internal override string Declaration(string className) => $"public readonly struct {className} : IDeviceKernel";

    internal override IEnumerable<string> MethodAttributes => [];

    internal override string Entry =>
        "public static void Run<V, T>(ArrayView<T> reals, ArrayView<int> integers, ArrayView<long> table, DeviceLaunch launch)";

    internal override IEnumerable<string> Prologue(bool hasColumns) => ["var call = new DeviceCall<T>(reals, integers, table, launch);"];

    internal override string RowLoop => "for (long unit = call.FirstUnit; unit < call.Units; unit += call.Threads)";

    internal override IEnumerable<string> RowProlog =>
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
        "unit lane step launch reals integers table ArrayView DeviceCall DeviceLaunch IDeviceKernel".Split(' ');

    internal override bool CutsAtFunctions => false;

    internal override bool SumsInMemory => true;
}
