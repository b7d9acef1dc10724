using RnnJit.Cpu;
using RnnJit.Cpu.Gemm;
using RnnJit.Cpu.Simd;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>Which kinds of Programs a random one is of, and on which side of each threshold of the runtime its plan lies.</summary>
internal static class GraphKinds
{
    /// <summary>All kinds, so that a test can ask for each of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "lengths", "two kinds of lengths", "reversed loop", "loop in a loop", "loop three deep", "loop left to the interpreter",
        "derivatives",
        "batch-first input", "input [B, B]", "value read twice", "whole and sliced", "overlapping slices", "slices apart",
        "returned and sliced", "returned twice over",
        "one weight in two forms", "contraction over the batch", "contraction over the batch in a step", "sum over the batch in a step",
        "rows read by number in a step",
        "yields side by side", "invariant sum over time", "matrix of an outer step",
        "a weight changed", "a weight cleared", "a weight written twice",
        "k in one chunk", "k in several chunks", "k in several blocks", "chunks", "chunks with lengths", "chunks in segments",
        "a loop of many steps without chunks",
        "columns that fill panels", "columns that do not", "one row", "few rows", "many rows", "rows a page apart", "weights within L2",
        "weights beyond L2", "weights beyond 2 MB", "B packed for many rows",
        "rows that run only", "rows listed", "chains from a row", "chains from a value", "batch-parallel", "hidden-parallel",
    ];

    /// <summary>Kinds that the graph shows.</summary>
    public static void AddOf(GraphCase given, HashSet<string> kinds)
    {
        Graph graph = given.Program;
        int[] lengths =
            graph.Nodes.Where(node => node.Op is ScanOp { HasLengths: true }).Select(node => node.Operands[^1]).Distinct().ToArray();
        Add(kinds, lengths.Length > 0, "lengths");
        Add(kinds, lengths.Length > 1, "two kinds of lengths");
        Add(kinds, graph.OutputIndex("loss") >= 0, "derivatives");
        Add(kinds, graph.Inputs.Any(port => port.Type.Rank == 3 && port.Type.Dims[0] == "B"), "batch-first input");
        Add(kinds, graph.Inputs.Any(port => port.Type.Rank == 2 && port.Type.Dims.All(dim => dim == "B")), "input [B, B]");
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            Node node = graph.Nodes[n];
            Add(kinds, node.Op is ContractOp op && SumsBatch(graph, node, op), "contraction over the batch");
            Add(kinds, node.Op is ConcatOp { Axis: > 1 } && node.Operands.Distinct().Count() > 1
                && node.Operands.Select(graph.Values.Node).Distinct().Count() == 1
                && graph.Values.Node(node.Operands[0]) is >= 0 and var maker && graph.Nodes[maker].Op is ScanOp, "yields side by side");
            if (node.Op is ScanOp scan)
                AddOf(scan, kinds, depth: 1);
        }

        AddReaders(graph, given.Sizes, kinds);
        foreach (int weight in Enumerable.Range(0, graph.Inputs.Count).Where(i => graph.Inputs[i].Role == PortRole.Parameter))
            Add(kinds, Forms(graph, weight).Distinct().Count() > 1, "one weight in two forms");
    }

    /// <summary>Kinds that the plan shows.</summary>
    public static void AddOf(CompiledExecutable executable, ElementType real, int threads, HashSet<string> kinds)
    {
        Add(kinds, executable.Commands<HostOpCommand>().Any(command => command.Op is ScanOp), "loop left to the interpreter");
        AddOf(executable.Instructions, real, threads, kinds);
    }

    private static void AddOf(ScanOp scan, HashSet<string> kinds, int depth)
    {
        Graph body = scan.Body;
        Add(kinds, scan.Reverse, "reversed loop");
        Add(kinds, depth == 2, "loop in a loop");
        Add(kinds, depth == 3, "loop three deep");
        foreach (Node node in body.Nodes)
        {
            Add(kinds, node.Op is ContractOp op && SumsBatch(body, node, op), "contraction over the batch in a step");
            Add(kinds, node.Op is SumOp && body.Values.Type(node.Operands[0]) is { Rank: 2 } type && type.Dims[0] == "B"
                && ((SumOp)node.Op).Axes.Contains(0), "sum over the batch in a step");
            Add(kinds, node.Op is GatherOp && body.Values.Type(node.Operands[0]).Dims[0] == "B", "rows read by number in a step");
            Add(kinds, node.Op is ScanOp inner && node.Operands.Skip(inner.Sequences + inner.States)
                .Any(value => Moves(body, value) && body.Values.Type(value) is { Rank: 2, IsReal: true } matrix && matrix.Dims[0] != "B"),
                    "matrix of an outer step");
            if (node.Op is ScanOp deeper)
                AddOf(deeper, kinds, depth + 1);
        }

        Add(kinds, body.Outputs.Any(output => output.Role == OutputRole.Sum && body.Values.Node(output.Value) is >= 0 and var maker
            && body.Nodes[maker] is { Op: ContractOp } product && product.Operands.All(
                value => value < body.Inputs.Count && body.Inputs[value].Role == PortRole.Constant)), "invariant sum over time");
    }

    private static bool Moves(Graph body, int value) => body.Values.Node(value) is >= 0 and var maker
        ? body.Nodes[maker].Operands.Any(operand => Moves(body, operand))
        : body.Inputs[value].Role != PortRole.Constant;

    private static bool SumsBatch(Graph graph, Node node, ContractOp op) =>
        op.Left.Zip(graph.Values.Type(node.Operands[0]).Dims)
            .Any(pair => pair.Second == "B" && op.Right.Contains(pair.First) && !op.Result.Contains(pair.First));

    private static void AddReaders(Graph graph, IReadOnlyDictionary<string, int> sizes, HashSet<string> kinds)
    {
        foreach (var readers in graph.Nodes.SelectMany(node => node.Operands.Distinct().Select(operand => (operand, node)))
            .ToLookup(pair => pair.operand, pair => pair.node))
        {
            SliceOp[] slices = readers.Select(node => node.Op).OfType<SliceOp>().ToArray();
            bool isReturned = graph.Outputs.Any(output => output.Value == readers.Key);
            Add(kinds, readers.Count() > 1, "value read twice");
            Add(kinds, slices.Length > 0 && slices.Length < readers.Count(), "whole and sliced");
            Add(kinds, slices.Length > 0 && isReturned, "returned and sliced");
            Add(kinds, slices.Length == 0 && isReturned, "returned twice over");
            foreach (var (a, b) in slices.SelectMany((a, i) => slices.Skip(i + 1).Where(b => b.Axis == a.Axis).Select(b => (a, b))))
            {
                int begin = Math.Max(a.Start.Evaluate(sizes), b.Start.Evaluate(sizes));
                Add(kinds, true, begin < Math.Min((a.Start + a.Length).Evaluate(sizes), (b.Start + b.Length).Evaluate(sizes))
                    ? "overlapping slices"
                    : "slices apart");
            }
        }
    }

    // Which labels of a weight a product sums over, and in which direction, in loops too.
    private static IEnumerable<string> Forms(Graph graph, int weight) => graph.Nodes.SelectMany(node => node.Op switch
    {
        ContractOp op => new[] { (op.Left, 0), (op.Right, 1) }.Where(side => node.Operands[side.Item2] == weight)
            .Select(side => string.Concat(side.Item1.Select(label => op.Result.Contains(label) ? 'n' : 'k'))
                + (op.Left[0] == op.Right[0] && !op.Result.Contains(op.Left[0]))),
        ScanOp scan => Enumerable.Range(0, scan.Body.Inputs.Count)
            .Where(i => node.Operands[i] == weight && scan.Body.Inputs[i].Role == PortRole.Constant).SelectMany(i => Forms(scan.Body, i)),
        _ => [],
    });

    private static void AddOf(IEnumerable<Instruction> instructions, ElementType real, int threads, HashSet<string> kinds)
    {
        foreach (Instruction instruction in instructions)
        {
            Add(kinds, instruction.Views.Any(view => view.Rank > 1 && view.Shape[^1] * view.ElementSize % 4096 == 0
                && view.Strides[^2] > view.Shape[^1] && view.Strides[^1] == 1), "rows a page apart");
            Add(kinds, instruction.Command is PackCommand { IsWeight: false } && LargestRows(instructions) >= 2048,
                "B packed for many rows");
            if (instruction is MatMulInstruction<double> wide)
                AddOf(wide.Form, wide.Start, wide.Active, real, kinds);
            else if (instruction is MatMulInstruction<float> product)
                AddOf(product.Form, product.Start, product.Active, real, kinds);
            else if (instruction is ScanInstruction loop)
                AddOf(loop, real, threads, kinds);
        }
    }

    private static int LargestRows(IEnumerable<Instruction> instructions) =>
        instructions.Select(instruction => instruction switch
        {
            MatMulInstruction<double> wide =>
            wide.Form.M.Extent,
            MatMulInstruction<float> product => product.Form.M.Extent,
            _ => 0
        }).Max();

    private static void AddOf(ScanInstruction loop, ElementType real, int threads, HashSet<string> kinds)
    {
        ScanSchedule schedule = loop.Schedule(threads);
        Add(kinds, threads > 1, schedule == ScanSchedule.BatchParallel ? "batch-parallel" : "hidden-parallel");
        Add(kinds, loop.Chunked.Count > 0, "chunks");
        Add(kinds, loop.Chunked.Count > 0 && loop.HasLengths, "chunks with lengths");
        Add(kinds, loop.Chunked.Count > 0 && threads > 1 && schedule == ScanSchedule.BatchParallel && !loop.HasLengths,
            "chunks in segments");
        Add(kinds, loop.Chunked.Count == 0 && loop.Steps > 8, "a loop of many steps without chunks");
        AddOf(loop.Body, real, threads, kinds);
    }

    private static void AddOf(MatMulForm form, AccumulatorInit? start, ActiveRows? active, ElementType real, HashSet<string> kinds)
    {
        int size = real == ElementType.F64 ? 8 : 4, panel = 2 * CpuWidth.Width / 8 / size, rows = form.M.Extent;
        int panels = (form.N.Extent + panel - 1) / panel;
        var (chunk, block) = real == ElementType.F64 ? Cut<double>(form, panels) : Cut<float>(form, panels);
        Add(kinds, true, form.K.Extent <= chunk ? "k in one chunk" : "k in several chunks");
        Add(kinds, block < Math.Min(chunk, form.K.Extent), "k in several blocks");
        Add(kinds, true, form.N.Extent % panel == 0 ? "columns that fill panels" : "columns that do not");
        Add(kinds, true, rows == 1 ? "one row" : rows < 4 ? "few rows" : "many rows");
        long bytes = (long)panels * panel * form.K.Extent * size;
        Add(kinds, true, bytes > CacheSizes.OfThisMachine.L2 ? "weights beyond L2" : "weights within L2");
        Add(kinds, bytes > 2 << 20, "weights beyond 2 MB");
        Add(kinds, active is { Listed: null }, "rows that run only");
        Add(kinds, active is { Listed: not null }, "rows listed");
        Add(kinds, start is not null, start is { Row: 0 } ? "chains from a row" : "chains from a value");
    }

    private static (int KC, int MicroKC) Cut<T>(MatMulForm form, int panels)
        where T : unmanaged
    {
        var g =
            new GemmArguments<T> { M = form.M.Extent, N = form.N.Extent, K = form.K.Extent, ARow = (nint)form.M.A, ACol = (nint)form.K.A };
        return (typeof(T) == typeof(float), CpuWidth.Width) switch
        {
            (true, 512) => Cut<Vec512F32, float>((GemmArguments<float>)(object)g, panels),
            (true, 256) => Cut<Vec256F32, float>((GemmArguments<float>)(object)g, panels),
            (true, _) => Cut<Vec128F32, float>((GemmArguments<float>)(object)g, panels),
            (_, 512) => Cut<Vec512F64, double>((GemmArguments<double>)(object)g, panels),
            (_, 256) => Cut<Vec256F64, double>((GemmArguments<double>)(object)g, panels),
            _ => Cut<Vec128F64, double>((GemmArguments<double>)(object)g, panels),
        };
    }

    private static (int KC, int MicroKC) Cut<V, T>(in GemmArguments<T> g, int panels)
        where V : struct, ISimd<V, T>
        where T : unmanaged
    {
        var blocks = new Blocks<V, T>(g, panels, Copying.Never);
        return (blocks.KC, blocks.MicroKC);
    }

    private static void Add(HashSet<string> kinds, bool isOf, string kind)
    {
        if (isOf)
            kinds.Add(kind);
    }
}
