using RnnJit.Cli;
using RnnJit.Cli.Commands;
using RnnJit.Cli.Training;

// Open MPI gives ranks a terminal that is none of the user's: .NET would write control sequences to it.
if (args.Contains(DistributedTraining.Option))
    Environment.SetEnvironmentVariable("TERM", "dumb");
using Interruption interruption = Interruption.OfProcess();
int code = CommandLine.Run(args, Terminal.OfProcess(interruption));

// A failure while it ended, such as a full disk, counts more than what asked for the end.
return code == ExitCode.Interrupted && interruption.Code > 0 ? interruption.Code : code;
