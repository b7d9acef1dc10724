using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Plans;

/// <summary>An op in double precision on the host, op by op for a scan.</summary>
/// <param name="Reason">Reason for which no compiled form fits.</param>
public sealed record HostOpCommand(Op Op, BufferView[] Operands, BufferView[] Results, string Reason) : PlanCommand
{
    public override Op? Definition => Op;

    public override IEnumerable<BufferView> Reads => Operands;

    public override IEnumerable<BufferView> Writes => Results;

    /// <summary>Factor by which a loop is slower, in words; the more arithmetic a step has, the more.</summary>
    public const string FactorOfLoops = "tens to hundreds of times slower";

    /// <summary>Factor by which it is slower than a compiled form, in words.</summary>
    public string Factor => Op is ScanOp ? FactorOfLoops : "much slower";

    public override string Describe => $"{Op.Name}, interpreted, {Factor} than compiled: {Reason}";

    public override string Text => $"host {Op.Name}";
}
