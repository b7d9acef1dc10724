namespace RnnJit.Emit;

/// <summary>Full vectors of a row first, then one partial vector, by one text.</summary>
public sealed class SimdFrame : CpuFrame
{
    public static SimdFrame Instance { get; } = new();

    private SimdFrame()
    {
    }

    internal override string[] PassTypes => ["A", "V", "T"];

    internal override string LoopStep => "j += V.Count";

    internal override IEnumerable<string> LoopProlog => ["int n = end - j;"];

    internal override IEnumerable<string> Prologue(bool hasColumns) =>
        hasColumns ? ["int vectors = call.Start + ((call.End - call.Start) / V.Count * V.Count);"] : [];

    internal override IEnumerable<string> PassCalls(string pass, string arguments, IReadOnlyList<LaneSum> sums) =>
    [
        "if (call.Start < vectors)",
        $"    {pass}<Full, V, T>(in call, row, call.Start, vectors{arguments});",
        "if (vectors < call.End)",
        $"    {pass}<Tail, V, T>(in call, row, vectors, call.End{arguments});",
    ];
}
