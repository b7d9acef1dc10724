namespace RnnJit.Runtime;

/// <summary>One line of a plan, for people and <c>--json</c>.</summary>
/// <param name="Depth">0 for the Program, 1 for one step of a loop.</param>
/// <param name="Times">Number of executions in a run.</param>
/// <param name="Flops">Arithmetic of one execution, products and sums of products only.</param>
/// <param name="Bytes">Bytes that one execution reads and writes.</param>
/// <param name="Provider">The provider of a kernel: generated, jit, interpreted; empty for all other instructions.</param>
public sealed record PlanLine(int Depth, string Text, int Times, double Flops, double Bytes, string Provider)
{
    // A core does some 30 FLOPs in the time its second-level cache gives it a byte.
    private const double Balance = 4;

    /// <summary>The resource that limits it: FMA (arithmetic) or memory.</summary>
    public string Bound => Flops == 0 ? "memory" : Flops / Bytes > Balance ? "FMA" : "memory";
}
