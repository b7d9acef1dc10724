using RnnJit.Cli.Commands;

namespace RnnJit.Cli.Tests;

/// <summary>A fault of the program: one sentence and exit code 1, the trace on request only.</summary>
[NonParallelizable]
public class UnexpectedFailureTests
{
    [Test]
    public void An_unknown_exception_is_one_sentence_and_exit_code_1()
    {
        var (code, error) = Fail();
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error.TrimEnd(), Is.EqualTo(
            "rnnjit: Unexpected InvalidTimeZoneException: over two lines (this is a defect of rnnjit; set RNNJIT_TRACE=1 for the stack "
                + "trace)"));
    }

    [Test]
    public void The_trace_is_written_on_request()
    {
        Environment.SetEnvironmentVariable(Failures.TraceVariable, "1");
        try
        {
            Assert.That(Fail().Error, Does.Contain("rnnjit: Unexpected").And.Contain("   at RnnJit."));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Failures.TraceVariable, null);
        }
    }

    private static (int Code, string Error) Fail()
    {
        var error = new StringWriter();
        return (CommandLine.Run(["show", "lstm"], new Terminal(new Broken(), error, Interactive: false, Colour: false, default)),
            error.ToString());
    }

    private sealed class Broken : StringWriter
    {
        public override void Write(string? value) => throw new InvalidTimeZoneException("over\ntwo lines.");
    }
}
