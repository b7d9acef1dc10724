using RnnJit.Cpu.Gemm;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Plans on this CPU.</summary>
/// <param name="kernels">The chain of kernel providers, where the caller gives none.</param>
/// <param name="bits">Bits of the vectors that kernels run on; 0 for one number.</param>
internal sealed class CpuBackend(string name, Func<KernelChain> kernels, Func<int> bits) : PlannedBackend
{
    public override string Name => name;

    public override int Devices => 1;

    public override bool HasStreams => true;

    public override LoweredPlan Lower(Plan plan, ExecutableOptions options)
    {
        CpuLowering lowering = Lowering(plan.Options, options);
        lowering.Prepare(plan.Commands);
        return new LoweredCpuPlan(plan, lowering.Lower(plan.Commands));
    }

    /// <summary>Plans and binds a Program whose memory the caller brings to each run.</summary>
    /// <param name="program">Outputs that are next states pair with inputs that are states, in order.</param>
    public StreamExecutable CreateStream(Graph program, ExecutableOptions options)
    {
        StreamPlan plan = StreamPlanOf(program, options);
        CpuLowering lowering = Lowering(plan.Options, options);
        lowering.Prepare(plan.Preheader.Concat(plan.Body));
        return new StreamExecutable(plan, lowering.Lower(plan.Preheader), lowering.Lower(plan.Body), options);
    }

    /// <summary>Passes and bufferization of such a Program.</summary>
    public StreamPlan StreamPlanOf(Graph program, ExecutableOptions options) =>
        StreamPlan.Of(Optimise(program, options), OptionsOf(options), TraitsOf(options));

    protected override Executable Bind(Graph program, LoweredPlan lowered, ExecutableOptions options) =>
        new CompiledExecutable(program, (LoweredCpuPlan)lowered, options);

    protected override TargetTraits TraitsOf(ExecutableOptions options) => new()
    {
        PackedElements = (n, k, element,
            storage) => element == ElementType.F64 ? Packed<double>(n, k, storage) : Packed<float>(n, k, storage),
        PanelWidth = element => element == ElementType.F64 ? Gemm.NR<double>() : Gemm.NR<float>(),
        Chunks = options.ChunkLimits,
        RowLanes = Lanes(options),
    };

    private int Lanes(ExecutableOptions options)
    {
        int lanes = Math.Max(1, bits() / (options.Precision == ElementType.F64 ? 64 : 32));
        return options.RowLanes == 0 || options.RowLanes == lanes
            ? lanes
            : throw new ArgumentException(
                $"RowLanes is {options.RowLanes}, but the vectors of '{name}' have {lanes} (leave it at 0, or choose another device)");
    }

    private CpuLowering Lowering(PlanOptions plan, ExecutableOptions options) => new(plan, options.Kernels ?? kernels());

    private static unsafe long Packed<T>(int n, int k, WeightStorage storage)
        where T : unmanaged => (Gemm.PackedBytes<T>(n, k, storage) + sizeof(T) - 1) / sizeof(T);
}

/// <summary>A plan as instructions of this CPU.</summary>
internal sealed record LoweredCpuPlan(Plan Plan, Instruction[] Instructions) : LoweredPlan(Plan)
{
    public override IReadOnlyList<PlanLine> Lines => [.. LinesOf(Instructions, 0, 1)];

    private static IEnumerable<PlanLine> LinesOf(IEnumerable<Instruction> instructions, int depth, int times)
    {
        foreach (Instruction instruction in instructions)
        {
            var scan = instruction as ScanInstruction;
            yield return new PlanLine(depth, instruction.Describe, times, instruction.Flops, scan is null ? instruction.Bytes : 0,
                instruction.Provider);
            foreach (MatMulChunks product in scan?.Chunked ?? [])
                yield return new PlanLine(depth + 1, product.Describe, times * product.Count, product.Flops / product.Count,
                    product.Views.Sum(view => (double)view.Length * view.ElementSize) / product.Count, "");
            foreach (PlanLine line in scan is null ? [] : LinesOf(scan.Body, depth + 1, times * scan.Steps))
                yield return line;
        }
    }
}
