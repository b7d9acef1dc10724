using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Warnings of parts of a plan that are slower or wider than they could be, once for each Program.</summary>
internal static class SlowPaths
{
    /// <summary>Warns of interpreted kernels and ops and of weights in 16 bits that nobody reads. Kernels that the caller chose (<see cref="ExecutableOptions.Kernels"/>) are no surprise.</summary>
    public static void Warn(string program, ExecutableOptions options, IEnumerable<Instruction> instructions)
    {
        CpuWidth.Warn();
        Instruction[] all = [.. Flat(instructions)];
        KernelInstruction[] kernels = [.. all.OfType<KernelInstruction>()];
        int slow = kernels.Count(kernel => kernel.Provider == InterpretedKernelProvider.Called);
        if (slow > 0 && options.Kernels is null)
            Warnings.Once("RNNJ220", $"{program} {options.Device}", $"'{program}': {slow} of {kernels.Length} kernels are interpreted, 20 to 60 times slower than compiled ones ({Cure(options)})");
        WarnOfHostOps(program, all.Select(instruction => instruction.Command).OfType<HostOpCommand>());
        if (options.Weights != WeightStorage.Single && all.Select(instruction => instruction.Command).OfType<PackCommand>().All(pack => pack.Target.Storage == WeightStorage.Single))
            Warnings.Once("RNNJ227", $"{program} {options.Weights}", $"'{program}': no weights are stored as {options.Weights}, for no compiled product reads a matrix of parameters (leave the storage at {WeightStorage.Single})");
    }

    /// <summary>Warns of ops that have no compiled form.</summary>
    public static void WarnOfHostOps(string program, IEnumerable<HostOpCommand> hosts)
    {
        foreach (HostOpCommand host in hosts)
        {
            string op = host.Op is ScanOp scan ? $"loop over {scan.Time}" : $"op '{host.Op.Name}'";
            Warnings.Once("RNNJ222", $"{program} {op} {host.Reason}", $"'{program}': the {op} is run by the interpreter, {host.Factor} than compiled: {host.Reason}");
        }
    }

    private static IEnumerable<Instruction> Flat(IEnumerable<Instruction> instructions) =>
        instructions.SelectMany(instruction => instruction is ScanInstruction scan ? Flat(scan.Body) : [instruction]);

    private static string Cure(ExecutableOptions options)
    {
        const string Install = "call JitKernels.Install() of RnnJit.Jit first", Mark = "mark the cell [RnnCell] in a project that references the generator";
        return options.Device == Device.Scalar ? Install : RuntimeFeature.IsDynamicCodeCompiled ? $"{Install}, or {Mark}" : Mark;
    }
}
