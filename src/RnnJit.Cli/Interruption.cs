using System.Runtime.InteropServices;

namespace RnnJit.Cli;

/// <summary>
/// The events that end a command early: SIGINT (Ctrl-C), SIGTERM, SIGHUP, or output whose reader has closed it. The first event asks the
/// command to end, and ends the process where it has not within two seconds. A second signal ends the process at once. A command that saves
/// its work holds the first deadline off.
/// </summary>
internal sealed partial class Interruption : IDisposable
{
    // Of POSIX; a shell reports 128 and the number of the signal.
    private const int Hangup = 1, Interrupt = 2, Pipe = 13, Terminate = 15, OfSignal = 128;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Lock gate = new();
    private Timer? deadline;
    private int code;
    private int holds;

    /// <summary>Cancelled when the command is to end.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The exit code: 128 and the number of the first signal; 0 where none came.</summary>
    public int Code => code;

    /// <summary>Listens for the signals of this process.</summary>
    public static Interruption OfProcess()
    {
        var interruption = new Interruption();
        foreach (var (signal, number) in ((PosixSignal, int)[])[(PosixSignal.SIGINT, Interrupt), (PosixSignal.SIGTERM, Terminate),
            (PosixSignal.SIGHUP, Hangup)])
        {
            // What nohup ignores stays ignored.
            if (!IsIgnored(number))
                interruption.registrations.Add(PosixSignalRegistration.Create(signal, context => interruption.OnSignal(context, number)));
        }

        return interruption;
    }

    /// <summary>Calls back at the first signals of this process, besides what else they do.</summary>
    public static IDisposable On(Action signalled)
    {
        var interruption = new Interruption();
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            interruption.registrations.Add(PosixSignalRegistration.Create(signal, _ => signalled()));
        return interruption;
    }

    /// <summary>The reader of standard output is gone.</summary>
    /// <exception cref="OperationCanceledException">The command has nothing to save.</exception>
    public void OnClosedOutput()
    {
        bool saves;
        lock (gate)
            saves = holds > 0;
        Begin(Pipe);
        if (!saves)
            throw new OperationCanceledException(Token);
    }

    /// <summary>As long as this is held, the command ends by itself after it has saved its work, however long that takes.</summary>
    public IDisposable HoldOff()
    {
        lock (gate)
            holds++;
        return new Hold(this);
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        deadline?.Dispose();
        source.Dispose();
    }

    private void OnSignal(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        if (source.IsCancellationRequested && code != OfSignal + Pipe)
            End(OfSignal + signal);
        Begin(signal);
    }

    private void Begin(int signal)
    {
        Interlocked.CompareExchange(ref code, OfSignal + signal, 0);
        lock (gate)
            deadline ??= new Timer(_ => OnDeadline(), null, Patience, Timeout.InfiniteTimeSpan);
        source.Cancel();
    }

    private void OnDeadline()
    {
        lock (gate)
        {
            if (holds == 0)
                End(code);
        }
    }

    // Neither finalizers nor other threads can delay this.
    private static void End(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        else
            Exit(code);
    }

    private static bool IsIgnored(int signal)
    {
        const string Ignored = "SigIgn:";
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            string? line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith(Ignored, StringComparison.Ordinal));
            return line is not null && ((Convert.ToUInt64(line[Ignored.Length..].Trim(), 16) >> (signal - 1)) & 1) != 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Exit(int code);

    private sealed class Hold(Interruption interruption) : IDisposable
    {
        // Work after saving is ended after two more seconds.
        public void Dispose()
        {
            lock (interruption.gate)
            {
                interruption.holds--;
                if (interruption.holds == 0)
                    interruption.deadline?.Change(Patience, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
