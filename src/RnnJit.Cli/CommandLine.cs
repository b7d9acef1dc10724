using System.CommandLine;
using System.CommandLine.Parsing;
using RnnJit.Cli.Commands;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Networks;
using RnnJit.Training;
using RnnJit.Verification;

namespace RnnJit.Cli;

/// <summary>The command line as a whole: parses, runs, and turns every failure into one sentence and an exit code.</summary>
internal static class CommandLine
{
    public static int Run(string[] arguments, Terminal terminal)
    {
        JitKernels.Install();
        CompilerWarmUp.Begin(arguments);
        try
        {
            ParseResult parsed = Root(terminal).Parse(arguments.Length > 0 ? arguments : ["--help"], new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
                throw new UsageException(Sentence(parsed));
            void Report(string sentence) => terminal.Error.WriteLine("rnnjit: " + sentence);
            JitKernels.Cache = parsed.GetValue(CommonOptions.KernelCache) is { } folder ? new KernelCache(folder, Report) : KernelCache.FromEnvironment(Report);
            return parsed.Invoke(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException) when (terminal.Interrupted.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (Code(e) is { } code)
        {
            foreach (string sentence in Sentences(e))
                terminal.Error.WriteLine("rnnjit: " + sentence);
            return code;
        }
    }

    /// <summary>The exit code of a failure that has a sentence for people; null for a fault of the program.</summary>
    public static int? Code(Exception e) => e switch
    {
        UsageException or GraphException or CellFileException or TextDataException or CheckpointException or SafetensorsException or GoldenException or ArgumentException => ExitCode.Usage,
        DivergenceException or IOException or OutOfMemoryException => ExitCode.Failure,
        _ => null,
    };

    /// <summary>What a failure says, a line for each.</summary>
    public static IEnumerable<string> Sentences(Exception e) => (e switch
    {
        CellFileException file => file.Sentences,
        OutOfMemoryException => ["This machine has not enough memory for these sizes (make them smaller)"],
        _ => [e.Message],
    }).Select(sentence => sentence.ReplaceLineEndings(" "));

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
              rnnjit show lstm --after differentiate
            """);
        root.Add(CommonOptions.Json);
        root.Add(CommonOptions.Threads);
        root.Add(CommonOptions.KernelCache);
        root.Add(TrainCommand.Create(terminal));
        root.Add(SampleCommand.Create(terminal));
        root.Add(ShowCommand.Create(terminal));
        root.Add(EmitCommand.Create(terminal));
        root.Add(ExplainCommand.Create(terminal));
        root.Add(BenchCommand.Create(terminal));
        root.Add(GradCheckCommand.Create(terminal));
        root.Add(VerifyCommand.Create(terminal));
        root.Add(DoctorCommand.Create(terminal));
        return root;
    }

    // The parser's texts end in full stops and know no cure.
    private static string Sentence(ParseResult parsed)
    {
        SymbolResult at = parsed.Errors[0].SymbolResult ?? parsed.CommandResult;
        string command = string.Join(" ", Commands(parsed.CommandResult).Reverse());
        return parsed.UnmatchedTokens.Count > 0
            ? $"'{parsed.UnmatchedTokens[0]}' is no option or command here (see 'rnnjit {command}--help')"
            : $"{parsed.Errors[0].Message.TrimEnd('.')}{(at is OptionResult && parsed.Errors[0].Message.EndsWith(')') ? "" : $" (see 'rnnjit {command}--help')")}";
    }

    private static IEnumerable<string> Commands(CommandResult? command)
    {
        yield return "";
        for (; command?.Command is not (null or RootCommand); command = command.Parent as CommandResult)
            yield return command.Command.Name;
    }
}
