using RnnJit.Gpu.Kernels;
using RnnJit.Gpu.Running;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Gpu.Lowering;

/// <summary>A plan whose commands become launches on a device, or ops of the host where no compiled form fits.</summary>
internal sealed record LoweredGpuPlan(Plan Plan) : LoweredPlan(Plan)
{
    public DeviceLayout Layout { get; } = new(Plan, MemoryPlan.Of(Plan));

    public override IReadOnlyList<PlanLine> Lines => [.. LinesOf(Plan.Commands, 0, 1)];

    private static IEnumerable<PlanLine> LinesOf(IEnumerable<PlanCommand> commands, int depth, int times)
    {
        foreach (PlanCommand command in commands)
        {
            var scan = command as ScanCommand;
            var kernel = command as KernelCommand;
            string text = kernel is not null ? kernel.DescribeWith(EmittedKernels.Provider)
                : scan is not null ? $"{scan.Describe}, launches per step"
                : command is ForEachCommand ? $"{command.Describe} ({EmittedKernels.Provider})"
                : command is HostOpCommand ? $"{command.Describe}; the device waits" : command.Describe;
            yield return new PlanLine(depth, text, times, command.Flops, scan is null ? command.Bytes : 0,
                command is KernelCommand or ForEachCommand ? EmittedKernels.Provider : "");
            foreach (ChunkedMatMul ahead in scan?.Chunked ?? [])
                yield return new PlanLine(depth + 1, ahead.Describe, times * ahead.Count, ahead.Product.Flops / ahead.Count,
                    ahead.Product.Bytes / ahead.Count, "");
            foreach (PlanLine line in scan is null ? [] : LinesOf(scan.Body, depth + 1, times * scan.Steps))
                yield return line;
        }
    }
}
