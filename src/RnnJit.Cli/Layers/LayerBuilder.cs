using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Cli.Layers;

/// <summary>Makes the Program of a layer that is asked for.</summary>
internal static class LayerBuilder
{
    /// <exception cref="UsageException">The cell has no place for what is asked for.</exception>
    public static BoundLayer Run(LayerRequest request)
    {
        var (program, ports) = request.Step is not null ? LayerProgram.WithError(request.Cell, request.Lengths)
            : request.Training ? LayerProgram.WithGiven(request.Cell,
                request.Lengths) : LayerProgram.Forward(request.Cell, request.Lengths);
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["T"] = request.Steps,
            ["B"] = request.Batch,
            ["H"] = request.Hidden,
            ["X"] = request.Inputs ?? request.Hidden
        };
        if (sizes["X"] != sizes["H"] && !program.Symbols().Contains("X"))
            throw new UsageException(
                $"Cell '{request.Cell.Name}' lets nobody choose the number of its inputs, so --input {sizes["X"]} does not fit --hidden "
                    + $"{sizes["H"]} (leave --input away)");

        int interval = request.Interval ?? StripMineTime.Default(request.Steps);
        if (interval > 0 && StripMineTime.Run(program, "T", request.Steps, interval) is ({ } blocked, { } count, var blocks))
            (program, sizes[count]) = (blocked, blocks);
        if (request.Training)
            program = request.Step is null ? LayerProgram.Gradients(program, ports) : TrainingProgram.Of(program);
        if (request.Chunks != 1)
            program = Parallel(program, request, interval, sizes);
        foreach (string symbol in program.Symbols().Where(symbol => !sizes.ContainsKey(symbol)))
            sizes[symbol] = request.Hidden;
        return new BoundLayer(request, program, ports, sizes);
    }

    /// <inheritdoc cref="Run"/>
    public static Executable Bind(LayerRequest request) => Run(request).ToExecutable();

    private static Graph Parallel(Graph program, LayerRequest request, int interval, Dictionary<string, int> sizes)
    {
        if (interval > 0)
            throw new UsageException("--parallel-time and --checkpoint both cut time into pieces (leave one of them away)");
        if (request.Chunks < 1 || request.Steps < 2 * request.Chunks)
            throw new UsageException(
                $"--parallel-time is {request.Chunks}, wanted at least 1 and at most half of --seq {request.Steps} (change it)");
        var (parallel, symbol, steps) = ParallelScan.Run(program, "T", request.Steps, request.Chunks);
        if (symbol is null)
        {
            string? obstacle = program.Nodes.Select(node => node.Op).OfType<ScanOp>().Select(LinearRecurrence.WhyNot)
                .FirstOrDefault(reason => reason is not null);
            throw new UsageException(
                $"--parallel-time is for cells that are linear in their state, and in '{request.Cell.Name}' {obstacle} (leave it away)");
        }

        sizes[symbol] = steps;
        return parallel;
    }
}
