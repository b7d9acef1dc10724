using System.Runtime.CompilerServices;
using RnnJit.Cpu;
using RnnJit.Kernels;
using RnnJit.Ops;
using RnnJit.Plans;

namespace RnnJit.Runtime;

/// <summary>Finds and warns of parts of a plan that are slower or wider than they could be.</summary>
internal static class SlowPaths
{
    private const string HostOps = "RNNJ222";

    /// <summary>
    /// Interpreted kernels and ops, narrow vectors, and weights in 16 bits that nobody reads. Kernels that the caller chose (<see
    /// cref="ExecutableOptions.Kernels"/>) are no surprise.
    /// </summary>
    public static IReadOnlyList<SlowPath> Of(string program, ExecutableOptions options, IEnumerable<Instruction> instructions)
    {
        Instruction[] all = [.. Flat(instructions)];
        PlanCommand[] commands = [.. all.Select(instruction => instruction.Command).OfType<PlanCommand>()];
        return [.. new[] { CpuWidth.Slow, OfKernels(program, options, all) }.OfType<SlowPath>(), .. OfHostOps(program, commands),
            .. OfWeights(program, options, commands)];
    }

    /// <summary>Ops that have no compiled form, each once.</summary>
    public static IEnumerable<SlowPath> OfHostOps(string program, IEnumerable<PlanCommand> commands) =>
        commands.OfType<HostOpCommand>().Select(host =>
    {
        string op = host.Op is ScanOp scan ? $"loop over {scan.Time}" : $"op '{host.Op.Name}'";
        return new SlowPath(HostOps, $"{program} {op} {host.Reason}",
            $"'{program}': the {op} is run by the interpreter, {host.Factor} than compiled: {host.Reason}");
    }).Distinct();

    /// <summary>Says each once for each Program; gives the sentences.</summary>
    /// <exception cref="InterpretedKernelException">Something is interpreted, which the options refuse.</exception>
    public static IReadOnlyList<string> Warn(string program, ExecutableOptions options, IReadOnlyList<Instruction> instructions)
    {
        if (options.KernelPolicy == KernelPolicy.CompiledOnly && Interpreted(program, options, [.. Flat(instructions)]) is { } kernels)
            throw kernels;
        return Warn(options, Of(program, options, instructions));
    }

    /// <inheritdoc cref="Warn(string, ExecutableOptions, IReadOnlyList{Instruction})"/>
    public static IReadOnlyList<string> Warn(ExecutableOptions options, IEnumerable<SlowPath> paths)
    {
        var sentences = new List<string>();
        foreach (SlowPath path in paths)
        {
            if (options.KernelPolicy == KernelPolicy.CompiledOnly && path.Id == HostOps)
                throw new InterpretedKernelException(
                    $"{path.Sentence}, and {nameof(KernelPolicy)} is {options.KernelPolicy} (change it, or allow interpreted kernels)", []);
            Warnings.Once(path.Id, path.Key, path.Sentence);
            sentences.Add(path.Sentence);
        }

        return sentences;
    }

    private static SlowPath? OfKernels(string program, ExecutableOptions options, Instruction[] all)
    {
        Instruction[] kernels = [.. all.Where(instruction => instruction.Provider.Length > 0)];
        int slow = kernels.Count(kernel => kernel.Provider == InterpretedKernelProvider.Called);
        return slow == 0 || options.Kernels is not null ? null
            : new SlowPath("RNNJ220", $"{program} {options.Device}",
                $"'{program}': {slow} of {kernels.Length} kernels are interpreted, 20 to 60 times slower than compiled ones "
                    + $"({Cure(options, slow < kernels.Length)})");
    }

    private static InterpretedKernelException? Interpreted(string program, ExecutableOptions options, Instruction[] all)
    {
        Instruction[] kernels = [.. all.Where(instruction => instruction.Provider.Length > 0)];
        Instruction[] slow = [.. kernels.Where(kernel => kernel.Provider == InterpretedKernelProvider.Called)];
        return slow.Length == 0 ? null : new InterpretedKernelException(
            $"'{program}': {slow.Length} of {kernels.Length} kernels would be interpreted, the first is '{slow[0].Describe}', and "
                + $"{nameof(KernelPolicy)} is {options.KernelPolicy} ({Cure(options, slow.Length < kernels.Length)})",
            [.. slow.Select(kernel => kernel.Describe)]);
    }

    private static IEnumerable<SlowPath> OfWeights(string program, ExecutableOptions options, PlanCommand[] commands) =>
        options.Weights == WeightStorage.Single
            || commands.OfType<PackCommand>().Any(pack => pack.Target.Storage != WeightStorage.Single) ? []
        : [new SlowPath("RNNJ227", $"{program} {options.Weights}",
            $"'{program}': no weights are stored as {options.Weights}, for no compiled product reads a matrix of parameters "
                + $"(leave the storage at {WeightStorage.Single})")];

    private static IEnumerable<Instruction> Flat(IEnumerable<Instruction> instructions) =>
        instructions.SelectMany(instruction => instruction is ScanInstruction scan ? Flat(scan.Body) : [instruction]);

    // Some compiled kernels may be the optimiser's alone, so that the cell may be marked or not.
    private static string Cure(ExecutableOptions options, bool some)
    {
        const string Install = "call JitKernels.Install() of RnnJit.Jit first",
            Mark = "mark the cell [RnnCell] in a project that references the generator of the package RnnJit",
            Changed = "; only the first helps a kernel that an option such as RateOf changed after the build";
        return options.Device == Device.Scalar ? Install
            : RuntimeFeature.IsDynamicCodeCompiled ? $"{Install}, or {Mark}{(some ? Changed : "")}" : Mark;
    }
}
