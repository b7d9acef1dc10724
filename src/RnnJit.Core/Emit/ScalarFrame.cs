namespace RnnJit.Emit;

/// <summary>One element of a row after the other.</summary>
public sealed class ScalarFrame : CpuFrame
{
    public static ScalarFrame Instance { get; } = new();

    private ScalarFrame()
    {
    }

    internal override string[] PassTypes => ["V", "T"];

    internal override string LoopStep => "j++";

    internal override IEnumerable<string> PassCalls(string pass, string arguments, IReadOnlyList<LaneSum> sums) =>
        [$"{pass}<V, T>(in call, row, call.Start, call.End{arguments});"];
}
