using System.Text;
using Spectre.Console;

namespace RnnJit.Cli;

/// <summary>The streams that a command writes and reads, and the token that cancels it.</summary>
/// <param name="Interactive">True where lines may be redrawn; else only plain lines are written.</param>
/// <param name="Colour">True where control sequences for colour may be written.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool Interactive, bool Colour, CancellationToken Interrupted)
{
    /// <summary>
    /// The writer of a command's data. A pipe or file receives it unchanged; a screen receives it through <see cref="Out"/>.
    /// </summary>
    public TextWriter Data => Interactive ? Out : Raw ?? Out;

    /// <summary>The reader of a command's input lines.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Held while a command has work to save when it is interrupted.</summary>
    public Func<IDisposable?> HoldOff { get; init; } = () => null;

    /// <summary>The terminal of this process; colour unless NO_COLOR is set (no-color.org).</summary>
    public static Terminal OfProcess(Interruption interruption)
    {
        bool interactive = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        bool colour = interactive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal(Writer(1, interruption.OnClosedOutput), Writer(2, () => { }), interactive, colour,
            interruption.Token)
        { In = Console.In, HoldOff = interruption.HoldOff };
    }

    /// <summary>The writer for this program's own control sequences; null: <see cref="Out"/>.</summary>
    private TextWriter? Raw { get; init; }

    /// <summary>The same terminal with control characters printed by number.</summary>
    public Terminal Safe() => this with { Raw = Raw ?? Out, Out = new TerminalText(Out), Error = new TerminalText(Error) };

    public IAnsiConsole ToAnsiConsole() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Raw ?? Out),
        Ansi = Interactive ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = Colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = Interactive ? InteractionSupport.Detect : InteractionSupport.No,
    });

    // Each text reaches the reader when it is written; the writers of several threads take turns.
    private static TextWriter Writer(int file, Action closed)
    {
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return TextWriter.Synchronized(new StreamWriter(StandardStream.Open(file, closed),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false))
        { AutoFlush = true });
    }
}
