using RnnJit.Kernels;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Contracts;

/// <summary>Queries of the plan that an executable runs.</summary>
public static class PlanQueries
{
    /// <summary>Commands of a type, those inside loops and products ahead of loops among them.</summary>
    public static IEnumerable<TCommand> Commands<TCommand>(this Executable executable)
        where TCommand : PlanCommand => executable.BufferPlan!.AllCommands.OfType<TCommand>();

    /// <summary>Commands outside loops.</summary>
    public static IEnumerable<PlanCommand> CommandsOutsideLoops(this Executable executable) => executable.BufferPlan!.Commands;

    /// <summary>Products that are computed in chunks of steps.</summary>
    public static IEnumerable<ChunkedMatMul> Chunked(this Executable executable) =>
        executable.Commands<ScanCommand>().SelectMany(scan => scan.Chunked);

    /// <summary>Ops that are left to the host and kernels that are run op by op, one line each.</summary>
    public static string[] Interpreted(this Executable executable) =>
    [
        .. executable.Commands<HostOpCommand>().Select(command => command.Describe),
        .. executable.Plan.Where(line => line.Provider == InterpretedKernelProvider.Called).Select(line => line.Text),
    ];

    /// <summary>The rows that a command over all steps is done for; null for all rows, and for commands that are always done for
    /// all.</summary>
    public static ActiveRows? ActiveRows(this PlanCommand command) => command switch
    {
        MatMulCommand product => product.Rows,
        KernelCommand kernel => kernel.Active?.Rows,
        ColumnSumCommand sum => sum.Active,
        GatherCommand gather => gather.Active,
        ScatterCommand scatter => scatter.Active,
        PackListedCommand pack => pack.Rows,
        _ => null,
    };
}
