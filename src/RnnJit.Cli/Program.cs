using System.Runtime.InteropServices;
using RnnJit.Cli;

using var interrupted = new CancellationTokenSource();

// The first Ctrl-C or SIGTERM asks for a checkpoint and an orderly end, the second one ends the process.
void Interrupt(PosixSignalContext context)
{
    context.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
}

using PosixSignalRegistration control = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return CommandLine.Run(args, Terminal.OfProcess(interrupted.Token));
