using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Passes;

/// <summary>
/// Runs linear recurrences over chunks of time side by side: each chunk from 0 together with the running product of its factors, then a
/// short loop over chunks that carries the states on, then one correction h = l + p ⊙ carry (Blelloch 1990, "Prefix sums and their
/// applications", section 1.4; Martin and Cundy 2018, arXiv:1709.04057). It does two to three times the work in a fraction of the steps, so
/// it pays where a step is too small to fill the machine: few rows, few units, long sequences.
/// </summary>
public static class ParallelScan
{
    /// <summary>Rewrites all linear recurrences over a time symbol. The step's other work leaves the loop and is done for all steps after
    /// the states are known.</summary>
    /// <param name="time">The time symbol, such as T; the result does not have it.</param>
    /// <param name="steps">Size of the time symbol.</param>
    /// <param name="chunks">Number of chunks of time that run in parallel.</param>
    /// <returns>The Program, the symbol that counts the steps of a chunk, and its size; the Program itself and no symbol
    /// where there is nothing to do.</returns>
    /// <exception cref="GraphException">RNNJ196: there is no chunk.</exception>
    public static (Graph Program, string? Symbol, int Steps) Run(Graph program, string time, int steps, int chunks)
    {
        if (chunks < 1)
            throw new GraphException("RNNJ196",
                $"Time is to run in {chunks} chunks, wanted at least 1 (1 runs it from the beginning to the end)");
        if (chunks == 1 || steps < 2 * chunks || !program.Nodes.Any(node => IsFor(node.Op, Dim.Symbol(time))))
            return (program, null, 0);

        string symbol = "steps";
        while (program.Symbols().Contains(symbol))
            symbol += "_";
        Dim length = Dim.Symbol(symbol), mapped = (chunks * length) + (steps % chunks);
        var rebuild = new Rebuild(GraphMapper.Run(program, TypeMap.OfSymbols(new Dictionary<string, Dim> { [time] = mapped })));
        Graph parallel = rebuild.Run((node, operands) => IsFor(node.Op, mapped)
            ? new ChunkedScan(rebuild.Builder, (ScanOp)node.Op, operands, chunks, length, steps % chunks).Run()
            : null);
        return (parallel, symbol, steps / chunks);
    }

    private static bool IsFor(Op op, Dim time) =>
        op is ScanOp scan && scan.Time == time && LinearRecurrence.Of(scan) is not null && RowsAreClear(scan);

    // With lengths a state stands still past its row's end, so each must be of rows.
    private static bool RowsAreClear(ScanOp scan) =>
        !scan.HasLengths || Enumerable.Range(0, scan.States).All(s => scan.Body.Inputs[scan.Sequences + s].Type is { Rank: > 0 } type
            && type.Dims[0].AsSymbol is { } symbol && symbol == scan.BatchSymbol());
}
