using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Plans;
using RnnJit.Verify;

namespace RnnJit.Runtime;

/// <summary>A plan as one backend executes it, still without memory: a plan for a device that this machine lacks can be
/// explained.</summary>
public abstract record LoweredPlan(Plan Plan)
{
    /// <summary>Places of all buffers, those that lowering added among them.</summary>
    public MemoryPlan Memory { get; } = MemoryPlan.Of(Plan);

    /// <summary>Lines for people: the work of a run, in order.</summary>
    public abstract IReadOnlyList<PlanLine> Lines { get; }
}

/// <summary>A backend that runs plans: passes, bufferization, lowering, binding.</summary>
public abstract class PlannedBackend : IBackend
{
    public abstract string Name { get; }

    public abstract int Devices { get; }

    public virtual bool HasStreams => false;

    public int RowLanes(ExecutableOptions options) => TraitsOf(options).RowLanes;

    /// <summary>Passes and bufferization. It takes no memory of the plan's size, compiles nothing and needs no device.</summary>
    /// <exception cref="GraphException">A size is missing.</exception>
    /// <exception cref="ArgumentException">An option cannot be met.</exception>
    public Plan PlanOf(Graph program, ExecutableOptions options)
    {
        Graph optimised = Optimise(program, options);
        return Plan.Of(optimised, OptionsOf(options) with { Aliases = options.AliasesOf(optimised) }, TraitsOf(options));
    }

    public Executable Create(Graph program, ExecutableOptions options) => Bind(program, Lower(PlanOf(program, options), options), options);

    /// <summary>Lowers a plan's commands to the device's instructions; works without the device.</summary>
    public abstract LoweredPlan Lower(Plan plan, ExecutableOptions options);

    /// <summary>Gives a lowered plan memory and the inputs of the Program.</summary>
    protected abstract Executable Bind(Graph program, LoweredPlan lowered, ExecutableOptions options);

    /// <summary>Facts about the device that the layout of a plan depends on.</summary>
    /// <exception cref="ArgumentException">Sums of rows are wanted in lanes that the device does not have.</exception>
    protected abstract TargetTraits TraitsOf(ExecutableOptions options);

    /// <summary>All passes, in the precision in which the Program runs, then the update of a training step.</summary>
    protected static Graph Optimise(Graph program, ExecutableOptions options)
    {
        options.Check();
        SizeCheck.Run(program, options.Sizes);
        Graph optimised = Pipeline.Run(options.Precision == ElementType.F32 ? GraphMapper.InSingle(program) : program, options.Without,
            options.Verify ? Verified : null);
        Graph planned = options.Precision == ElementType.F64 ? GraphMapper.WithPrecision(optimised, ElementType.F64) : optimised;
        Graph whole = options.Step?.Append(planned) ?? planned;
        SizeCheck.Run(whole, options.Sizes);
        return whole;
    }

    private static void Verified(string stage, Graph graph)
    {
        try
        {
            Verifier.Check(graph);
        }
        catch (GraphException wrong)
        {
            throw new GraphException(wrong.Id, $"After the stage {stage}, which is at fault: {wrong.Message} (report the Program)");
        }
    }

    /// <summary>Choices of the caller that a plan depends on.</summary>
    protected static PlanOptions OptionsOf(ExecutableOptions options) =>
        new(options.Sizes, options.Precision) { Without = options.Without, Weights = options.Weights };
}
