using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Passes;
using RnnJit.Plans;
using RnnJit.Runtime;
using RnnJit.Verify;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>One random Program compared with the oracle: both precisions, one and two shares, chunks of any size, and
/// weights that change between runs.</summary>
/// <param name="sabotage">A wrong pass, to prove that it is found.</param>
internal sealed class GraphTrial(GraphCase given, KernelChain kernels, Func<Graph, Graph>? sabotage = null)
{
    // The bits that a rounded oracle keeps.
    private const int Single = 24, Double = 53;

    // One rounding may be lucky; a loop that enlarges roundings to the size of the values enlarges the coarse ones no further.
    private static readonly int[] Coarse = [40, 42, 44, 46, 48, 50, 52], Fine = [24, 25, 26, 27, 28, 30];

    private static readonly ScanSchedule?[] Schedules = [null, ScanSchedule.BatchParallel, ScanSchedule.HiddenParallel];

    private readonly Dictionary<string, NdArray> data = given.Draw(0);
    private Dictionary<string, NdArray> wanted = [];

    /// <summary>Kinds of Programs and of changes that it met.</summary>
    public HashSet<string> Kinds { get; } = [];

    /// <summary>The failure; null if there is none.</summary>
    public string? Failure()
    {
        try
        {
            Verifier.Check(given.Program);
            wanted = Interpreter.Run(given.Program, data, given.Sizes);
            GraphKinds.AddOf(given, Kinds);
            return Run(ElementType.F64, 1 + (given.Seed % 2)) ?? (given.Seed % 2 == 0 ? Run(ElementType.F32, 2) : null);
        }
        catch (Exception e)
        {
            return e.GetType().Name + ": " + e.Message;
        }
    }

    private string? Run(ElementType real, int threads)
    {
        using Executable executable = Executable.Create(sabotage is null ? given.Program : sabotage(given.Program), new ExecutableOptions
        {
            Sizes = given.Sizes,
            Threads = threads,
            Precision = real,
            Kernels = kernels,
            Poison = given.Seed % 5 == 0,
            Schedule = Schedules[given.Seed % 3],
            ChunkLimits = given.Seed % 4 == 3 ? ChunkLimits.Usual : new ChunkLimits(256, 8),
        });
        GraphKinds.AddOf((CompiledExecutable)executable, real, threads, Kinds);
        foreach (var (name, value) in data)
            executable.Input(name).Set(value.Data);
        executable.Run();
        if (Difference(executable, data, wanted, real, "the first run") is { } wrong)
            return wrong;

        // What the first run left behind must not matter.
        executable.Run();
        return Difference(executable, data, wanted, real, "the second run") ?? (real == ElementType.F64 ? Change(executable, real) : null);
    }

    // One weight is another one, or nothing, or is written twice.
    private string? Change(Executable executable, ElementType real)
    {
        Port[] weights = given.Program.Inputs.Where(port => port.Role == PortRole.Parameter).ToArray();
        if (weights.Length == 0)
            return null;
        Port changed = weights[given.Seed % weights.Length];
        string kind = (given.Seed % 7) switch { 0 or 1 => "a weight cleared", 2 or 3 => "a weight written twice", _ => "a weight changed" };
        Kinds.Add(kind);
        var others = new Dictionary<string, NdArray>(
            data)
        { [changed.Name] = given.Seed % 7 < 2 ? new NdArray(data[changed.Name].Shape) : given.Draw(changed, 1) };
        Tensor tensor = executable.Input(changed.Name);
        if (given.Seed % 7 < 2)
            tensor.Clear();
        else if (given.Seed % 7 < 4)
            tensor.Set(given.Draw(changed, 2).Data);
        if (given.Seed % 7 >= 2)
            tensor.Set(others[changed.Name].Data);
        executable.Run();
        return Difference(executable, others, Interpreter.Run(given.Program, others, given.Sizes), real, $"{kind} ('{changed.Name}')");
    }

    private string? Difference(Executable executable, Dictionary<string, NdArray> inputs, Dictionary<string, NdArray> results,
        ElementType real, string run)
    {
        var rounded = new Dictionary<int, Dictionary<string, NdArray>>();

        // A loss adds thousands of numbers of both signs, which float32 has a bound of its own for; its derivatives are compared.
        // A chain of T · B equal terms is rounded in the same direction again and again: in float32
        // that is more than 1e-5 from 336 terms on.
        foreach (var (name, value) in results.Where(result => real == ElementType.F64 || result.Key != "loss"))
        {
            double difference = Distance(executable.Output(name).ToNdArray(), value), size = Distance(value, null);
            if (difference <= Bound(real) * size)
                continue;

            // The oracle rounded after each op, to several numbers of bits, shows how much the Program enlarges a rounding: each is taken
            // for as many bits more or less than the precision has. Where terms near 1 cancel, their own roundings are left.
            double Enlarged(int bits)
            {
                if (!rounded.TryGetValue(bits, out Dictionary<string, NdArray>? known))
                    rounded[bits] = known = Rounded(inputs, bits);
                return Distance(known[name], value);
            }

            var (own, several) = real == ElementType.F32 ? (Single, Fine) : (Double, Coarse);
            double allowed =
                (8 * Math.ScaleB(Math.Sqrt(value.Length), -own)) + (4 * several.Max(bits => Math.ScaleB(Enlarged(bits), bits - own)));
            if (!(difference <= allowed))
                return $"'{name}' differs by {difference:E2} of {size:E2} ({real}, {executable.Options.Threads} threads, {run}), "
                    + $"first wrong {WrongStage(name, inputs, value)}";
        }

        return null;
    }

    private double Bound(ElementType real) =>
        real == ElementType.F32 ? Math.Max(1e-5, Math.ScaleB(given.Sizes["T"] * given.Sizes["B"], -Single - 1)) : 1e-12;

    private Dictionary<string, NdArray> Rounded(Dictionary<string, NdArray> inputs, int bits)
    {
        NdArray[] Evaluate(Graph graph, int node, NdArray[] operands, Evaluation evaluation)
        {
            // A sum is rounded at each of its terms, so its rounding is as large as that of the sum of their sizes.
            NdArray[] results = InterpretedGraph.Exact(graph, node, operands, evaluation);
            NdArray[] sizes = graph.Nodes[node].Op is not (ContractOp or SumOp) ? results
                : InterpretedGraph.Exact(graph, node, Array.ConvertAll(operands, Sizes), evaluation);
            return [.. results.Zip(sizes, (x, size) =>
                new NdArray(x.Shape, [.. x.Data.Zip(size.Data, (value, near) => Rounded(value, near, bits))]))];
        }

        var evaluation = new Evaluation(given.Sizes, (body, values, context) => InterpretedGraph.Walk(body, values, context, Evaluate));
        NdArray[] outputs = evaluation.Run(given.Program, given.Program.Inputs.Select(port => inputs[port.Name]).ToArray());
        return given.Program.Outputs.Zip(outputs).ToDictionary(pair => pair.First.Name, pair => pair.Second);
    }

    private static NdArray Sizes(NdArray x) => new(x.Shape, Array.ConvertAll(x.Data, Math.Abs));

    // A number in steps that another one of this size has with so many bits.
    private static double Rounded(double x, double size, int bits)
    {
        if (size == 0 || !double.IsFinite(size))
            return x;
        int step = Math.ILogB(size) - bits + 1;
        return Math.ScaleB(Math.Round(Math.ScaleB(x, -step)), step);
    }

    // The stage of the pipeline that changes the result, else the runtime.
    private string WrongStage(string name, Dictionary<string, NdArray> inputs, NdArray value)
    {
        string? wrong = null;
        Pipeline.Run(given.Program, after: (stage, graph) =>
        {
            if (wrong is null
                && !(Distance(Interpreter.Run(graph, inputs, given.Sizes)[name], value) <= 1e-9 * (1 + Distance(value, null))))
                wrong = "after " + stage;
        });
        return wrong ?? "in the runtime";
    }

    private static double Distance(NdArray a, NdArray? b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (a.Data[i] - (b?.Data[i] ?? 0)) * (a.Data[i] - (b?.Data[i] ?? 0));
        return Math.Sqrt(sum);
    }
}
