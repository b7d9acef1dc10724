using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Contracts;

/// <summary>
/// A backend as the contracts see it: what makes Programs executable, in which ways they are run, and what is asked of its numbers.
/// </summary>
/// <param name="Options">Options of every Program: device, kernels. Sizes, threads and precision are the contract's.</param>
public sealed record ContractBackend(IBackend Backend, ExecutableOptions Options)
{
    /// <summary>Threads and precision of each run of a Program.</summary>
    public IReadOnlyList<(int Threads, ElementType Real)> Runs { get; init; } = [(1, ElementType.F32), (2, ElementType.F64)];

    /// <summary>Relative distance from the oracle that is allowed.</summary>
    public double Single { get; init; } = 1e-5;

    /// <summary>As <see cref="Single"/>, in F64.</summary>
    public double Double { get; init; } = 1e-12;

    /// <summary>True where no op of the contracts is left to the host and no kernel to an interpreter.</summary>
    public bool Compiles { get; init; } = true;

    /// <summary>Compiles kernels of many Programs at once, where that is cheaper than one by one.</summary>
    public Action<IReadOnlyList<Graph>>? Compile { get; init; }

    /// <summary>Compiles the kernels of Programs.</summary>
    public void Prepare(IEnumerable<Graph> programs) =>
        Compile?.Invoke([.. programs.SelectMany(program => KernelList.Of(Pipeline.Run(program))).Distinct()]);

    public Executable Create(Graph program, IReadOnlyDictionary<string, int> sizes, int threads, ElementType real,
        string[]? without = null) =>
        Backend.Create(program, Options with { Sizes = sizes, Threads = threads, Precision = real, Without = without ?? [] });

    /// <summary>Runs a Program in each way, twice, and compares it with the oracle.</summary>
    /// <param name="loose">Factor of the distance that is allowed.</param>
    public void Check(
        Graph program, IReadOnlyDictionary<string, int> sizes, IReadOnlyDictionary<string, NdArray> data,
        IReadOnlyDictionary<string, NdArray>? wanted = null, string[]? without = null, double loose = 1)
    {
        wanted ??= Interpreter.Run(program, data, sizes);
        foreach (var (threads, real) in Runs)
        {
            using Executable executable = Create(program, sizes, threads, real, without);
            if (Compiles)
                Assert.That(executable.Interpreted(), Is.Empty, $"plan of {program.Name}");

            // The second run finds what the first one left.
            for (int run = 0; run < 2; run++)
                AssertAgrees(CellProgram.Run(executable, data), wanted, loose * (real == ElementType.F32 ? Single : Double),
                    $"{threads} threads, {real}, run {run}");
        }
    }

    /// <summary>
    /// Runs a Program that may enlarge roundings and compares it with the oracle in double precision, wherever that is finite.
    /// </summary>
    public void CheckRounding(Graph program, IReadOnlyDictionary<string, int> sizes, IReadOnlyDictionary<string, NdArray> data)
    {
        Dictionary<string, NdArray> wanted = Interpreter.Run(program, data, sizes)
            .Where(result => result.Value.Data.All(double.IsFinite)).ToDictionary();
        using Executable executable = Create(program, sizes, Runs[^1].Threads, ElementType.F64);
        AssertAgrees(CellProgram.Run(executable, data), wanted, 100 * Double, "F64");
    }

    private static void AssertAgrees(IReadOnlyDictionary<string, NdArray> found, IReadOnlyDictionary<string, NdArray> wanted,
        double allowed, string what)
    {
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(found[name], value), Is.LessThan(allowed), $"{name}, {what}");
    }
}
