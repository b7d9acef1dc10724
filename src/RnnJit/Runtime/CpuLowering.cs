using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Lowers commands of a plan to instructions of this CPU: kernels are found, and float or double is chosen, once for the whole
/// plan.</summary>
internal sealed class CpuLowering
{
    private readonly ElementType real;
    private readonly KernelChain kernels;
    private readonly Evaluation evaluation;

    /// <param name="options">Sizes and precision of the plan.</param>
    public CpuLowering(PlanOptions options, KernelChain kernels)
    {
        (real, this.kernels) = (options.Real, kernels);
        evaluation = new Evaluation(options.Sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context));
    }

    /// <summary>Compiles the kernels that commands call, all at once.</summary>
    public void Prepare(IEnumerable<PlanCommand> commands) =>
        kernels.Prepare([.. Plan.Flat(commands).Select(OpOf).OfType<ScheduledKernel>().Select(op => op.Kernel).Distinct()], real);

    public Instruction[] Lower(IEnumerable<PlanCommand> commands) => [.. commands.Select(Lower)];

    private Instruction Lower(PlanCommand command) => command switch
    {
        KernelCommand kernel => OfKernel(kernel),
        MatMulCommand product => real == ElementType.F64 ? new MatMulInstruction<double>(product) : new MatMulInstruction<float>(product),
        ScanCommand scan => new ScanInstruction(scan, Lower(scan.Body), [.. scan.Freeze.Select(copy => new CopyInstruction(copy))],
            [.. scan.Chunked.Select(OfChunked)]),
        PackCommand pack => real == ElementType.F64 ? new PackInstruction<double>(pack) : new PackInstruction<float>(pack),
        PackListedCommand pack =>
            real == ElementType.F64 ? new PackListedInstruction<double>(pack) : new PackListedInstruction<float>(pack),
        ReduceCommand reduce => real == ElementType.F64 ? new ReduceInstruction<double>(reduce) : new ReduceInstruction<float>(reduce),
        ArgMaxCommand most => real == ElementType.F64 ? new ArgMaxInstruction<double>(most) : new ArgMaxInstruction<float>(most),
        ColumnSumCommand sum => real == ElementType.F64 ? new ColumnInstruction<double>(sum) : new ColumnInstruction<float>(sum),
        ScatterCommand scatter =>
            real == ElementType.F64 ? new ScatterInstruction<double>(scatter) : new ScatterInstruction<float>(scatter),
        CopyCommand copy => new CopyInstruction(copy),
        ClearCommand clear => new ClearInstruction(clear),
        AccumulateCommand accumulate => new AccumulateInstruction(accumulate),
        GatherCommand gather => new GatherInstruction(gather),
        ListRowsCommand rows => new ListRowsInstruction(rows),
        SortRowsCommand sort => new SortRowsInstruction(sort),
        InversePermutationCommand inverse => new InversePermutationInstruction(inverse),
        TakeCommand take => new TakeInstruction(take),
        BlockLengthsCommand cut => new BlockLengthsInstruction(cut),
        CheckIndicesCommand check => new IndexCheckInstruction(check),
        CheckBoundsCommand check => new BoundCheckInstruction(check),
        RandomMaskCommand random => new RandomMaskInstruction(random),
        SquareSumCommand squares =>
            real == ElementType.F64 ? new SquareSumInstruction<double>(squares) : new SquareSumInstruction<float>(squares),
        GradientNormCommand norm => new GradientNormInstruction(norm),
        ForEachCommand each => OfForEach(each),
        HostOpCommand host => new InterpretedInstruction(host, evaluation),
        _ => throw new NotSupportedException($"The CPU does not lower '{command.Text}'"),
    };

    private static ScheduledKernel? OpOf(PlanCommand command) =>
        command switch { KernelCommand kernel => kernel.Op, ForEachCommand each => each.Op, _ => null };

    private ForEachInstruction OfForEach(ForEachCommand each)
    {
        var (body, provider) = kernels.Find(each.Op.Kernel, real);
        return new ForEachInstruction(each, body, provider);
    }

    private KernelInstruction OfKernel(KernelCommand kernel)
    {
        var (body, provider) = kernels.Find(kernel.Op.Kernel, real);
        return new KernelInstruction(kernel, body, provider);
    }

    private MatMulChunks OfChunked(ChunkedMatMul product) =>
        real == ElementType.F64 ? new MatMulChunks<double>(product) : new MatMulChunks<float>(product);
}
