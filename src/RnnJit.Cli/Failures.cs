using RnnJit.Data;
using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Networks;
using RnnJit.Training;
using RnnJit.Verification;

namespace RnnJit.Cli;

/// <summary>Exceptions as exit codes and sentences.</summary>
internal static class Failures
{
    /// <summary>The environment variable that asks for the stack trace of a failure.</summary>
    public const string TraceVariable = "RNNJIT_TRACE";

    /// <summary>The exit code of a failure that has a sentence for people; null for a fault of the program.</summary>
    public static int? Code(Exception e) => e switch
    {
        UsageException or GraphException or CellFileException or TextDataException or CheckpointException or SafetensorsException
            or WeightFileException or ForeignWeightsException or GoldenException or RanksException or ArgumentException => ExitCode.Usage,
        DivergenceException or JitException or IOException or UnauthorizedAccessException or OutOfMemoryException => ExitCode.Failure,
        _ => null,
    };

    /// <summary>The message of a failure, one line for each of its sentences.</summary>
    public static IEnumerable<string> Sentences(Exception e) => (e switch
    {
        CellFileException file => file.Sentences,
        OutOfMemoryException => ["This machine has not enough memory for these sizes (make them smaller)"],
        _ when Code(e) is null => [
            $"Unexpected {e.GetType().Name}: {e.Message.TrimEnd('.')} (this is a defect of rnnjit; set {TraceVariable}=1 for the stack "
                + "trace)"],
        ArgumentException { ParamName: { } parameter } => [e.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal)],
        _ => [e.Message],
    }).Select(sentence => sentence.ReplaceLineEndings(" "));
}
