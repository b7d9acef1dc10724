namespace RnnJit.Cli.Tests.Commands;

/// <summary>Options of all commands beside others that leave them without meaning: one sentence, nothing done.</summary>
public class IdleOptionTests
{
    // Where nothing refuses the option, something else soon ends the command.
    private static readonly (string Line, string Sentence)[] Lines =
    [
        ("train --optimizer sgd --momentum 0 --dampening 0.5 --validation 2",
            "--dampening has no meaning with --momentum 0 (leave it out)"),
        ("train --optimizer sgd --momentum 0 --nesterov", "--nesterov is given, wanted a momentum above 0 and no dampening with it"),
        ("train --optimizer sgd --dampening 0.5 --nesterov", "--nesterov is given, wanted a momentum above 0 and no dampening with it"),
        ("train --epochs 1 --steps 2", "--epochs and --steps exclude each other"),
        ("sample none --argmax --temperature 0.5", "--temperature has no meaning with --argmax (leave it out)"),
        ("sample none --argmax --seed 2", "--seed has no meaning with --argmax (leave it out)"),
        ("show lstm --training", "--training has no meaning with --after cell (name a later stage by --after)"),
        ("show lstm --after Cell --training", "--training has no meaning with --after cell"),
        ("explain lstm --checkpoint 5", "--checkpoint is for the backward pass (add --training)"),
        ("explain lstm --training --weights bf16", "--weights in 16 bits are for inference (leave out --training)"),
        ("explain lstm --parallel-time 2", "--parallel-time is for cells that are linear in their state"),
        ("explain sru --input 3", "lets nobody choose the number of its inputs"),
        ("bench lstm --warm-up done", "--warm-up is for --compile (add it)"),
        ("bench lstm --passes --warm-up none", "--warm-up is for --compile (add it)"),
        ("bench lstm --compile --seconds 1", "--compile has no meaning with --seconds"),
        ("bench lstm --compile --seq 5", "--compile has no meaning with --seq"),
        ("bench lstm --compile --batch 5", "--compile has no meaning with --batch"),
        ("bench lstm --compile --schedule batch", "--compile has no meaning with --schedule"),
        ("bench lstm --compile --svg x.svg", "--compile has no meaning with --svg"),
        ("bench lstm --compile --peers", "--compile has no meaning with --peers"),
        .. Pairs("bench lstm", ["--passes", "--profile", "--stream", "--lengths full", "--compile"]),
        .. Times("bench lstm", ["--passes", "--profile", "--stream", "--lengths full"], ["--svg x.svg", "--peers"]),
        ("bench lstm --stream --training", "so --training has no meaning"), ("bench lstm --stream --seq 5", "so --seq has no meaning"),
        ("bench lstm --stream --checkpoint 0", "so --checkpoint has no meaning"),
        ("bench lstm --stream --parallel-time 1", "so --parallel-time has no meaning"),
        ("bench lstm --stream --schedule batch", "so --schedule has no meaning"),
        ("bench lstm --stream --threads 2", "--threads 2 has no meaning"),
        ("bench workers --threads 2", "--threads has no meaning"),
        ("bench serve --json", "--json has no meaning with bench serve (leave it out)"),
        ("bench serve --threads 2", "--threads has no meaning with bench serve (leave it out)"),
        .. ((string[])["additions --only none", "lengths --only none", "deepbench --batch 7777",
            "workers --only none", "builds --other none"])
            .Select(command => ($"bench {command} --markdown --json", "--json has no meaning with --markdown (leave it out)")),
        .. ((string[])["--most-steps 5", "--peers", "--quick", "--markdown", "--isa avx2", "--threads 1"])
            .Select(option => ("bench deepbench --list " + option, $"{option.Split(' ')[0]} has no meaning with --list (leave it out)")),
        ("bench --seconds 1 additions --quick --only none",
            "'--seconds' has no meaning with 'additions', which stands behind it (leave it out; see 'rnnjit bench additions --help')"),
        ("bench --training --peers serve", "has no meaning with 'serve'"),
        .. ((string[])["--count 5", "--seed 2", "--keep x", "--class control.exception", "--jobs 2", "--only 3"])
            .Select(option => ("fuzz files --list " + option, $"{option.Split(' ')[0]} has no meaning with --list (leave it out)")),
        ("fuzz files --only 3 --count 5", "--count has no meaning with --only (leave it out)"),
        ("fuzz files --only 3 --jobs 2", "--jobs has no meaning with --only (leave it out)"),
        ("fuzz files --only -3", "--only is -3, wanted 0 or more (change it)"),
        ("fuzz files --json --count 0", "--json has no meaning with fuzz files (leave it out)"),
        ("fuzz programs --json --count 0", "--json has no meaning with fuzz programs (leave it out)"),
        ("doctor --clear-kernel-cache --json", "--json has no meaning with --clear-kernel-cache (leave it out)"),
        .. ((string[])["--without merge", "--threads 2", "--isa avx2"]).Select(option => ("verify golden . --backend interpreter " + option,
            $"{option.Split(' ')[0]} has no meaning with --backend interpreter (leave it out)")),
    ];

    private static IEnumerable<TestCaseData> Cases =>
        Lines.Select(line => new TestCaseData(line.Line, line.Sentence).SetName("Idle: " + line.Line.Replace('.', '_')));

    [TestCaseSource(nameof(Cases))]
    public void An_option_without_meaning_is_refused(string line, string sentence) =>
        BadInputTests.Refused(CommandRun.Of(line.Split(' ')), sentence);

    // Each of these says what to time.
    private static IEnumerable<(string Line, string Sentence)> Pairs(string command, string[] choices) =>
        from a in choices from b in choices where string.CompareOrdinal(a, b) < 0
        select ($"{command} {a} {b}", "time different things (leave one of them away)");

    private static IEnumerable<(string Line, string Sentence)> Times(string command, string[] choices, string[] idle) =>
        from choice in choices from option in idle select ($"{command} {choice} {option}",
            $"{choice.Split(' ')[0]} has no meaning with {option.Split(' ')[0]} (leave one of them away)");
}
