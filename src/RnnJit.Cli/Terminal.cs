using System.Text;
using Spectre.Console;

namespace RnnJit.Cli;

/// <summary>Where a command writes and what may interrupt it.</summary>
/// <param name="Interactive">Whether lines may be redrawn; else only plain lines are written.</param>
/// <param name="Colour">Whether control sequences for colour are wanted.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool Interactive, bool Colour, CancellationToken Interrupted)
{
    /// <summary>Where a command reads lines from.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>The terminal of this process; colour unless NO_COLOR is set (no-color.org).</summary>
    public static Terminal OfProcess(CancellationToken interrupted)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        bool interactive = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        bool colour = interactive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal(Console.Out, Console.Error, interactive, colour, interrupted) { In = Console.In };
    }

    public IAnsiConsole ToAnsiConsole() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Out),
        Ansi = Interactive ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = Colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = Interactive ? InteractionSupport.Detect : InteractionSupport.No,
    });
}
