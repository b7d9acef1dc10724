using System.Text;
using RnnJit.Cli.Commands;

namespace RnnJit.Cli.Tests;

/// <summary>A command run in this process, with what it wrote.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static CommandRun Of(params string[] arguments) => WithInput("", arguments);

    /// <summary>With lines on standard input.</summary>
    public static CommandRun WithInput(string input, params string[] arguments) =>
        Interruptible(default, new StringWriter(), new StringReader(input), arguments);

    /// <summary>Interrupts the command, as Ctrl-C does, when it has written <paramref name="mark"/>.</summary>
    public static CommandRun InterruptedAt(string mark, params string[] arguments)
    {
        using var interrupt = new CancellationTokenSource();
        return Interruptible(interrupt.Token, new Trigger(mark, interrupt), TextReader.Null, arguments);
    }

    private static CommandRun Interruptible(CancellationToken interrupted, StringWriter output, TextReader input, string[] arguments)
    {
        var error = new StringWriter();
        int code = CommandLine.Run(arguments, new Terminal(output, error, Interactive: false, Colour: false, interrupted) { In = input });
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    private sealed class Trigger(string mark, CancellationTokenSource interrupt) : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(mark, StringComparison.Ordinal) == true)
                interrupt.Cancel();
        }
    }
}
