using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;

namespace RnnJit.Contracts;

// Batches with lengths, passes that are switched off, and time in blocks.
public abstract partial class BackendContract
{
    /// <summary>
    /// Nine rows each: as they come, in order already, in the opposite order, one length, full, none at all, one row that runs, equal ones
    /// mixed.
    /// </summary>
    protected static IEnumerable<int[]> Lengths =>
    [
        [3, 0, 7, 1, 5, 2, 7, 4, 6], [7, 7, 6, 5, 4, 3, 2, 1, 0], [0, 1, 2, 3, 4, 5, 6, 7, 7], [4, 4, 4, 4, 4, 4, 4, 4, 4],
        [7, 7, 7, 7, 7, 7, 7, 7, 7], [0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 5, 0, 0, 0], [2, 5, 2, 5, 2, 5, 2, 5, 2],
    ];

    protected static IEnumerable<string> Stages => Pipeline.Stages.Select(stage => stage.Name);

    [Test]
    public void Any_lengths([Values(typeof(Lstm), typeof(GruResetAfter), typeof(LstmLayerNorm))] Type type, [Values] bool reverse,
        [ValueSource(nameof(Lengths))] int[] lengths)
    {
        CellProgram cell = Cell(type, lengths: true, reverse);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 7, batch: 9);
        Dictionary<string, NdArray> data = CellProgram.Draw(program, sizes);
        data["lengths"] = new NdArray([9], [.. lengths.Select(length => (double)length)]);
        Subject.Check(program, sizes, data);
    }

    // A backend must not rest on a pass. Kernels and ops are others then, so what is interpreted is not asked.
    [TestCaseSource(nameof(Stages))]
    public void Without_any_one_pass(string stage)
    {
        CellProgram cell = Cell(typeof(Lstm), lengths: true, reverse: false);
        Graph program = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 4, batch: 3);
        (Subject with { Compiles = false, Runs = [(1, ElementType.F64)] }).Check(program, sizes, CellProgram.Draw(program, sizes),
            without: [stage]);
    }

    [Test]
    public void Time_in_blocks([Values(typeof(Lstm), typeof(GruResetAfter))] Type type, [Values(1, 3, 5)] int block,
        [Values] bool reverse, [Values] bool lengths)
    {
        CellProgram cell = Cell(type, lengths, reverse) with { Backward = false };
        Graph forward = cell.Build();
        Dictionary<string, int> sizes = cell.Sizes(steps: 11, batch: 3);
        var (blocked, symbol, blocks) = StripMineTime.Run(forward, "T", sizes["T"], block);
        sizes[symbol!] = blocks;
        string[] trained = [.. forward.Inputs.Where(port => port.Type.IsReal && port.Name != "dy").Select(port => port.Name)];
        Graph program = Differentiate.Run(blocked, "loss", trained);
        Subject.Check(program, sizes, CellProgram.Draw(program, sizes));
    }
}
