using System.CommandLine;
using RnnJit.Cli.Benchmarks;

namespace RnnJit.Cli.Commands;

/// <summary><c>rnnjit bench serve</c>: times layers for an outside harness.</summary>
internal static class BenchServeCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("serve",
            """
            Time layers for a harness that writes lines to standard input, so that tools take turns on one machine.

            It prints 'ready'; then each line is answered by one line (empty lines are skipped):
              mk CELL forward|training|stream T B I H THREADS f32|bf16w [OPTIONS]     ok
              t SECONDS                            the times in seconds of as many runs as fit
            An error is answered by 'error' and a sentence. End of input quits.
            OPTIONS: --lengths uniform|full|STEPS, and what changes the cell in bench: --zoneout, --recurrent-dropout, --layer-norm and the like.
            stream is a step of a StreamingModel: T and THREADS are 1, a time is that of one step (the mean of 64).
            Training computes all gradients for dy = 0.5 and packs weights anew in each run, as after an optimiser's step.
            lstm, gru (PyTorch's form: reset after the product), rnn and every other cell or .cs file are known.

            Examples:
              printf 'mk lstm training 50 32 256 256 2 f32\nt 1\n' | rnnjit bench serve
              printf 'mk lstm training 50 32 256 256 2 f32 --zoneout 0.1 --lengths uniform\nt 1\n' | rnnjit bench serve
            """);
        command.SetAction(parsed =>
        {
            CommonOptions.RequireAbsent(parsed, "bench serve", CommonOptions.Json, CommonOptions.Threads);
            if (IsaFlag.Restart(parsed) is { } code)
                return code;
            using var server = new BenchServer(terminal.In, terminal.Out, BenchCells.Find);
            server.Run(terminal.Interrupted);
            return terminal.Interrupted.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
        });
        return command;
    }
}
