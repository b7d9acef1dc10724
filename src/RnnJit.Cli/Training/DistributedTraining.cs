using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using RnnJit.Mpi;
using RnnJit.Training;

namespace RnnJit.Cli.Training;

/// <summary>Runs a training at one of the ranks that an MPI launcher started: the first one speaks, a rank that fails ends all.</summary>
internal static class DistributedTraining
{
    /// <summary>The option of the command line that starts MPI.</summary>
    public const string Option = "--distributed";

    // The tasks of the step that srun started.
    private const string SlurmTasks = "SLURM_STEP_NUM_TASKS";

    /// <summary>True where another process of this machine says what is wrong with a command line, before MPI was started.</summary>
    public static bool IsSaidByAnother(string[] arguments) =>
        (arguments.Contains(Option) || (arguments is ["train", ..] && Launched() is not null)) && !IsFirst();

    /// <summary>Refuses a launcher of several processes where MPI is not started: each process would train by itself.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    public static void RequireNoLauncher()
    {
        if (Launched() is var (variable, processes))
            throw new UsageException($"A launcher started {processes} processes ({variable}), and each would train by itself and write the "
                + $"same file (add {Option} to train together, or unset {variable})");
    }

    /// <summary>The start of the command that starts these ranks again: srun where srun started them, else mpirun, which sets variables of
    /// its own and may have used srun to reach the machines.</summary>
    public static string Launch(IRanks ranks)
    {
        bool isSlurm = Processes(SlurmTasks) == ranks.Count && Processes("OMPI_COMM_WORLD_SIZE") is null
            && Processes("MPI_LOCALRANKID") is null;
        return $"{(isSlurm ? "srun" : "mpirun")} -n {ranks.Count}";
    }

    /// <summary>Starts MPI and trains.</summary>
    /// <param name="train">Trains with these ranks and writes to this terminal; returns an exit code.</param>
    /// <exception cref="RanksException">There is no MPI library, or the launcher is one of another library.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Run(Terminal terminal, Func<IRanks, Terminal, int> train)
    {
        MpiRanks ranks = MpiRanks.Start();

        // A rank that ended by itself, where the others wait for it, would leave them waiting.
        using (terminal.HoldOff())
        using (ranks)
            return Run(ranks, terminal, train);
    }

    /// <summary>Makes something at every rank, or fails at all of them with the first failure.</summary>
    /// <exception cref="AgreedFailure">A rank could not make it.</exception>
    public static T Together<T>(IRanks ranks, Func<T> make)
        where T : IDisposable
    {
        T? made = default;
        string failure = "";
        try
        {
            made = make();
        }
        catch (Exception e) when (Failures.Code(e) is not null)
        {
            failure = string.Join('\n', Failures.Sentences(e).Prepend(Failures.Code(e)!.Value.ToString(CultureInfo.InvariantCulture)));
        }

        string[] all = RankTexts.Gather(ranks, failure);
        int at = Array.FindIndex(all, text => text.Length > 0);
        if (at < 0)
            return made!;
        made?.Dispose();
        string[] lines = all[at].Split('\n');
        string whose = Array.TrueForAll(all, text => text == all[at]) ? "" : $"Rank {at}: ";
        throw new AgreedFailure(int.Parse(lines[0], CultureInfo.InvariantCulture), [.. lines[1..].Select(line => whose + line)]);
    }

    // Set by mpirun of Open MPI, by that of MPICH and by srun for each process. SLURM_NTASKS is also set in a batch script, which is one
    // process.
    private static (string Variable, int Processes)? Launched()
    {
        foreach (string variable in (string[])["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", SlurmTasks])
        {
            if (Processes(variable) is > 1 and { } processes)
                return (variable, processes);
        }

        return null;
    }

    private static int? Processes(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int processes) ? processes : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsFirst() => MpiRanks.IsFirstOfMachine;

    private static int Run(MpiRanks ranks, Terminal terminal, Func<IRanks, Terminal, int> train)
    {
        bool isFirst = ranks.Rank == 0;
        if (!isFirst)
        {
            terminal = terminal with { Out = TextWriter.Null, Interactive = false };
            Warnings.Logger = NullLogger.Instance;
        }

        int code;
        try
        {
            code = train(ranks, terminal);
        }
        catch (AgreedFailure e)
        {
            foreach (string sentence in isFirst ? e.Sentences : [])
                terminal.Error.WriteLine("rnnjit: " + sentence);
            code = e.Code;
        }
        catch (OperationCanceledException) when (terminal.Interrupted.IsCancellationRequested)
        {
            code = ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            foreach (string sentence in Failures.Sentences(e))
                terminal.Error.WriteLine($"rnnjit: Rank {ranks.Rank}: {sentence}");
            if (Environment.GetEnvironmentVariable(Failures.TraceVariable) is { Length: > 0 } and not "0")
                terminal.Error.WriteLine(e);
            code = Failures.Code(e) ?? ExitCode.Failure;
            ranks.Abort(code);
            return code;
        }

        // A launcher ends all ranks when one has ended with another code than 0: the first one may still be writing.
        ranks.AllGather([0], new byte[ranks.Count]);
        return code;
    }
}
