using System.Text.RegularExpressions;

namespace RnnJit.Cli.Tests.Documents;

/// <summary>The machine code in docs/tour.md is what this machine's runtime makes of the kernel, where the machine has vectors of the
/// recorded width and the recorded runtime; elsewhere it is a loop of multiply-adds. RNNJIT_ACCEPT=1 writes it anew.</summary>
public partial class TourMachineCodeTests
{
    private const string Document = "docs/tour.md";

    [Test]
    public void The_tour_ends_with_the_loop_that_runs()
    {
        string document = Repository.Read(Document);
        Match block = Block().Match(document);
        Assert.That(block.Success, $"{Document} has no machine code");
        CommandRun run = CommandRun.Of("show", Repository.File("docs/cells/Minimal.cs"), "--after", "asm", "--training");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
            File.WriteAllText(Repository.File(Document),
                document[..block.Groups[1].Index] + Processor().Replace(run.Output, "an x64 processor,")
                    + document[(block.Groups[1].Index + block.Groups[1].Length)..]);
        else
            Assert.That(Fault(block.Groups[1].Value, run.Output), Is.Null);
    }

    [Test]
    public void Another_instruction_is_found_on_the_same_width()
    {
        string recorded = Block().Match(Repository.Read(Document)).Groups[1].Value;
        Assert.That(Fault(recorded, recorded), Is.Null);
        Assert.That(Fault(recorded, recorded.Replace("vfmadd213ps", "vfmadd231ps")), Is.Not.Null);
        Assert.That(Fault(recorded, Processor().Replace(recorded, "another processor,")), Is.Null);
    }

    [Test]
    public void On_another_width_a_loop_of_multiply_adds_is_wanted()
    {
        string recorded = Block().Match(Repository.Read(Document)).Groups[1].Value;
        string narrow = Processor().Replace(recorded.Replace("zmm", "ymm"), "another processor,").Replace("of 512 bits", "of 256 bits");
        Assert.That(Fault(recorded, narrow), Is.Null);
        Assert.That(Fault(recorded, narrow.Replace("vfmadd", "vadd").Replace("vfnmadd", "vadd")), Is.Not.Null);
        Assert.That(Fault(recorded, narrow.Replace(" jl ", " ret ")), Is.Not.Null);
    }

    // Null where the printed text is as recorded, or of another width or runtime and has the loop's structure.
    private static string? Fault(string recorded, string printed)
    {
        string was = Processor().Replace(recorded, ""), now = Processor().Replace(printed, "");
        if (was.Split('\n')[1] == now.Split('\n')[1])
            return was == now ? null : $"{Document} has other machine code (RNNJIT_ACCEPT=1 writes it):\n{printed}";
        string[] lines = now.Split('\n');
        string? label = lines.FirstOrDefault(line => line.EndsWith(':'))?[..^1];
        bool closes = label is not null && lines.Any(line => Jump().IsMatch(line) && line.EndsWith(label, StringComparison.Ordinal));
        return !closes ? $"no jump closes the loop:\n{printed}"
            : lines[1].Contains("of 128 bits") || MultiplyAdd().IsMatch(now) ? null : $"no multiply-add in the loop:\n{printed}";
    }

    [GeneratedRegex(@"<!-- machine code -->\n```\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    // Between width and runtime of the second line.
    [GeneratedRegex(@"(?<=^; vectors of \d+ bits, ).*,(?= [^,]*$)", RegexOptions.Multiline)]
    private static partial Regex Processor();

    [GeneratedRegex(@"^\s+(j|b|cb|tb)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"\b(vfn?m(add|sub)|fml[as]|fmadd)")]
    private static partial Regex MultiplyAdd();
}
