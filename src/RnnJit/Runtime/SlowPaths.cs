using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Planning;

namespace RnnJit.Runtime;

/// <summary>What of a plan is slower or wider than it could be, said once for each Program.</summary>
internal sealed class SlowPaths(string program, ExecutableOptions options)
{
    private readonly List<(string Op, string Factor, string Reason)> interpreted = [];
    private int kernels, slow;

    /// <summary>How much slower an op is in the interpreter.</summary>
    public static string Factor(Op op) => op is ScanOp ? InterpretedLoop.Factor : "much slower";

    /// <summary>Notes a kernel and who gave it.</summary>
    public void Note(string provider)
    {
        kernels++;
        if (provider == InterpretedKernelProvider.Called)
            slow++;
    }

    /// <summary>Notes an op that the interpreter runs.</summary>
    public void Note(Op op, string reason) => interpreted.Add((op is ScanOp scan ? $"loop over {scan.Time}" : $"op '{op.Name}'", Factor(op), reason));

    /// <summary>Warns of all that was noted. Kernels that the caller chose (<see cref="ExecutableOptions.Kernels"/>) are no surprise.</summary>
    /// <param name="packed">The weights that products read.</param>
    public void Warn(IEnumerable<View> packed)
    {
        CpuWidth.Warn();
        if (slow > 0 && options.Kernels is null)
            Warnings.Once("RNNJ220", $"{program} {options.Backend}", $"'{program}': {slow} of {kernels} kernels are interpreted, 20 to 60 times slower than compiled ones ({Cure()})");
        foreach (var (op, factor, reason) in interpreted)
            Warnings.Once("RNNJ222", $"{program} {op} {reason}", $"'{program}': the {op} is run by the interpreter, {factor} than compiled: {reason}");
        if (options.Weights != WeightStorage.Single && packed.All(weights => weights.Storage == WeightStorage.Single))
            Warnings.Once("RNNJ227", $"{program} {options.Weights}", $"'{program}': no weights are stored as {options.Weights}, for no compiled product reads a matrix of parameters (leave the storage at {WeightStorage.Single})");
    }

    private string Cure()
    {
        const string Install = "call JitKernels.Install() of RnnJit.Jit first", Mark = "mark the cell [RnnCell] in a project that references the generator";
        return options.Backend == Backend.Scalar ? Install : RuntimeFeature.IsDynamicCodeCompiled ? $"{Install}, or {Mark}" : Mark;
    }
}
