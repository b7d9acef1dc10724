using System.CommandLine;
using RnnJit.Jit;

namespace RnnJit.Cli;

/// <summary>Starts the compiler in the background, before anything else, where a command is likely to need it. Built-in
/// cells as they are need none.</summary>
internal static class CompilerWarmUp
{
    private const string None = "none", Background = "background", Done = "done";

    // Cells whose equations these change have kernels of their own.
    private static readonly string[] Changing = [CompileOption, "--layer-norm", "--weight-norm", "--zoneout", "--recurrent-dropout",
        "--variational-dropout", "--drop-connect"];

    public const string CompileOption = "--compile";

    /// <summary>To see what the warm-up is worth.</summary>
    public static Option<string> Flag { get; } = CommonOptions.Text(
        "--warm-up",
        $"With {CompileOption}, the start of the compiler: none, {Background} (since the process began), or {Done} (beforehand, "
            + "as in a process that runs for long)",
        Background);

    // With a cache the kernels are most likely there.
    /// <param name="arguments">As they were given: reading them takes time already.</param>
    public static void Begin(string[] arguments)
    {
        bool likely = arguments.Any(argument => argument.Contains(".cs", StringComparison.OrdinalIgnoreCase)
            || argument.EndsWith(".ir", StringComparison.OrdinalIgnoreCase) || Changing.Contains(argument));
        bool cached = KernelCache.FromEnvironment() is not null || arguments.Contains(CommonOptions.KernelCache.Name);
        if ((likely && !cached && !arguments.Contains(None)) || arguments.Contains(Background))
            JitKernels.WarmUp();
    }

    /// <summary>Waits for the end, if asked to.</summary>
    /// <exception cref="UsageException">The option has another value.</exception>
    public static void Await(ParseResult parsed)
    {
        string found = parsed.GetRequiredValue(Flag);
        if (found == Done)
            JitKernels.WarmUp().Wait();
        else if (found is not (None or Background))
            throw new UsageException($"{Flag.Name} is '{found}', wanted {None}, {Background} or {Done} (change it)");
    }
}
