using System.Diagnostics;
using RnnJit.Kernels;
using RnnJit.Networks;

namespace RnnJit.Cli.Fuzzing;

/// <summary>Makes mutants and reads them in this process.</summary>
internal sealed class MutantRun
{
    /// <summary>Bytes by which Load may raise the memory of the process, beyond 4 times the size of the file.</summary>
    public const long LoadAllowance = 64L << 20;

    /// <summary>The limit on planned bytes under which mutants run.</summary>
    public const long MemoryLimit = 256L << 20;

    private const int CompiledShare = 100;

    // Kernels of the standard cells were compiled at build time; all others are interpreted.
    private static readonly KernelChain Interpreted = new(new RegistryKernelProvider(), new InterpretedKernelProvider());

    private readonly MutantPlan plan;
    private readonly FuzzSeeds? seeds;
    private readonly WeightSeeds? weights;
    private readonly string folder;
    private readonly MutantReader interpreted = new(Options(Interpreted));
    private readonly MutantReader compiled = new(Options(null));

    public MutantRun(MutantPlan plan, string folder)
    {
        (this.plan, this.folder) = (plan, folder);
        weights = plan.Format is { } format && !plan.IsControl ? WeightSeeds.Of(format, folder) : null;
        seeds = plan.IsControl || weights is not null
            ? null
            : FuzzSeeds.Make(folder, new ModelOptions { Threads = 1, Kernels = Interpreted });
    }

    /// <summary>Writes a mutant and leaves it there.</summary>
    public Mutant Make(int index) => weights is null ? plan.Make(index, seeds, folder) : plan.Make(index, weights, folder);

    /// <summary>Writes a mutant, reads it and removes it. One in a hundred runs on compiled kernels.</summary>
    public MutantOutcome Read(int index)
    {
        Mutant mutant = Make(index);
        long bytes = new FileInfo(mutant.Path).Length, start = Stopwatch.GetTimestamp();
        MutantReader reader = index % CompiledShare == CompiledShare - 1 ? compiled : interpreted;
        MutantOutcome Outcome(Verdict verdict, string sentence) => new(index, mutant.Class.Name, verdict,
            (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, reader.LoadBytes, bytes, sentence);
        try
        {
            long before = ProcessMemory.ResetPeak();
            IReadOnlyList<string> refusals = reader.Read(mutant);
            long peak = ProcessMemory.Peak() - before;
            if (reader.LoadBytes > Allowed(mutant, bytes))
                return Outcome(Verdict.Memory, $"Load took {reader.LoadBytes} bytes for a file of {bytes}");
            if (peak > (4 * bytes) + MemoryLimit + (2 * LoadAllowance))
                return Outcome(Verdict.Memory, $"The readers took {peak} bytes where {MemoryLimit} are the limit");
            return Outcome(refusals.Count > 0 ? Verdict.Refused : Verdict.Accepted, string.Join(" | ", refusals));
        }
        catch (Exception e)
        {
            return Outcome(Verdict.Trace, Describe(e));
        }
        finally
        {
            File.Delete(mutant.Path);
        }
    }

    // What is compressed may unpack to 64 MB and 16 times the file.
    private static long Allowed(Mutant mutant, long bytes) =>
        mutant.IsWeights ? (20 * bytes) + (2 * LoadAllowance) : (4 * bytes) + LoadAllowance;

    private static ModelOptions Options(KernelChain? kernels) => new() { Threads = 1, Kernels = kernels, MemoryLimit = MemoryLimit };

    // Type, message, and the innermost calls.
    private static string Describe(Exception e)
    {
        IEnumerable<string> calls = (e.StackTrace ?? "").Split('\n').Select(line => line.Trim())
            .Where(line => line.Contains("RnnJit", StringComparison.Ordinal) || line.StartsWith("at System", StringComparison.Ordinal))
            .Take(4).Select(line => line.Split(" in ")[0]);
        return $"{e.GetType().Name}: {e.Message} {string.Join(" < ", calls)}";
    }
}
