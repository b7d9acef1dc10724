using System.Diagnostics;

namespace RnnJit.Cli.Benchmarks;

/// <summary>Another process, which keeps one core busy until it is disposed of or this process ends.</summary>
internal sealed class BusyProcess : IDisposable
{
    /// <summary>Makes the child spin; hidden, since it measures nothing.</summary>
    public const string Option = "--spin";

    private readonly Process process;

    public BusyProcess()
    {
        ProcessStartInfo start = OwnProcess.Start();
        foreach (string argument in (string[])["bench", "workers", Option])
            start.ArgumentList.Add(argument);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        process = Process.Start(start)!;
        // It says so once it spins: starting it is no part of what is measured.
        if (process.StandardOutput.ReadLine() is null)
            throw new InvalidOperationException("The process that keeps a core busy did not start");
    }

    /// <summary>Processor time that the process has used.</summary>
    public TimeSpan Used
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public int Id => process.Id;

    /// <summary>Spins until standard input ends, as it does when the parent ends in any way.</summary>
    public static void Spin(TextWriter ready)
    {
        bool stop = false;
        new Thread(() =>
        {
            using Stream input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
            }

            Volatile.Write(ref stop, true);
        })
        { IsBackground = true }.Start();
        ready.WriteLine("spinning");
        ready.Flush();
        while (!Volatile.Read(ref stop))
        {
        }
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(2000))
            process.Kill();
        process.Dispose();
    }
}
