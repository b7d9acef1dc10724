using System.CommandLine;
using RnnJit.Cli.Training;
using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Gpu;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Networks;
using RnnJit.Training;
using RnnJit.Verification;

namespace RnnJit.Cli.Commands;

/// <summary>The command line as a whole: parses, runs, and turns every failure into one sentence and an exit code.</summary>
internal static class CommandLine
{
    public static int Run(string[] arguments, Terminal terminal) => Run(arguments, terminal, "rnnjit", Root);

    /// <summary>The command line of another program.</summary>
    /// <param name="tool">Its name, which stands before every failure.</param>
    /// <param name="commands">Its commands, with <see cref="CommonOptions.Threads"/> and <see cref="CommonOptions.KernelCache"/>.</param>
    public static int Run(string[] arguments, Terminal terminal, string tool, Func<Terminal, RootCommand> commands)
    {
        terminal = terminal.Safe();
        void Report(string sentence) => terminal.Error.WriteLine($"{tool}: {sentence}");
        Warnings.Logger = new SentenceLogger(sentence => Report(sentence.ReplaceLineEndings(" ")));
        JitKernels.Install();
        GpuDevices.Install();
        CompilerWarmUp.Begin(arguments);
        try
        {
            ParseResult parsed = commands(terminal)
                .Parse(arguments.Length > 0 ? arguments : ["--help"], new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (ParseSentence.Of(parsed, tool) is { } wrong)
                throw new UsageException(wrong);
            if (parsed.GetValue(CommonOptions.Threads) is var threads && threads < 0)
                throw new UsageException($"{CommonOptions.Threads.Name} is {threads}, wanted 0 (one for each core) or more (change it)");
            JitKernels.Cache =
                parsed.GetValue(CommonOptions.KernelCache) is { } folder ? new KernelCache(folder) : KernelCache.FromEnvironment();
            return parsed.Invoke(
                new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException) when (terminal.Interrupted.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            foreach (string sentence in DistributedTraining.IsSaidByAnother(arguments) ? [] : Failures.Sentences(e))
                Report(sentence);
            if (Environment.GetEnvironmentVariable(Failures.TraceVariable) is { Length: > 0 } and not "0")
                terminal.Error.WriteLine(e);
            return Failures.Code(e) ?? ExitCode.Failure;
        }
    }

    private static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand(
            """
            RnnJit compiles recurrent cells from their equations and trains networks of them.

            Examples:
              rnnjit train                                   learn from RnnJit's own source, write some
              rnnjit train --text book.txt --cell gru --layers 2
              rnnjit train --text book.txt --cell MyCell.cs  a cell of one's own
              rnnjit sample rnnjit.safetensors --temperature 0.7
              rnnjit gallery run recognizer                  a system of the lectures, as a page with pictures
              rnnjit show lstm --after differentiate
            """);
        root.Add(CommonOptions.Json);
        root.Add(CommonOptions.Threads);
        root.Add(CommonOptions.KernelCache);
        root.Add(TrainCommand.Create(terminal));
        root.Add(SampleCommand.Create(terminal));
        root.Add(ConvertCommand.Create(terminal));
        root.Add(RunCommand.Create(terminal));
        root.Add(GalleryCommand.Create(terminal));
        root.Add(ShowCommand.Create(terminal));
        root.Add(EmitCommand.Create(terminal));
        root.Add(ExplainCommand.Create(terminal));
        root.Add(BenchCommand.Create(terminal));
        root.Add(GradCheckCommand.Create(terminal));
        root.Add(VerifyCommand.Create(terminal));
        root.Add(FuzzCommand.Create(terminal));
        root.Add(SoakCommand.Create(terminal));
        root.Add(DoctorCommand.Create(terminal));
        return root;
    }
}
