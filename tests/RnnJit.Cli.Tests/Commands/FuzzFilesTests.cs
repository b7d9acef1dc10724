using RnnJit.Cli.Fuzzing;

namespace RnnJit.Cli.Tests.Commands;

public class FuzzFilesTests
{
    // Long enough for a child that works, and short for a test that waits.
    private static readonly FuzzLimits Short = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

    [Test]
    public void There_are_at_least_60_classes_with_names_of_their_own()
    {
        Assert.That(MutationTable.All, Has.Count.GreaterThanOrEqualTo(60));
        Assert.That(MutationTable.All.Concat(MutationTable.Controls).Select(mutation => mutation.Name), Is.Unique);
    }

    [Test]
    public void Damaged_files_of_every_class_cost_a_sentence()
    {
        // Two children side by side.
        int count = MutationTable.All.Count;
        var halves = new List<MutantOutcome>[2];
        Parallel.For(0, halves.Length, i => halves[i] = Read(new MutantPlan(3, null), i * count / 2, (i + 1) * count / 2));
        List<MutantOutcome> outcomes = [.. halves[0], .. halves[1]];
        Assert.That(outcomes.Where(outcome => outcome.IsFailure)
            .Select(outcome => $"{outcome.Verdict} {outcome.Class} {outcome.Index}: {outcome.Sentence}"), Is.Empty);
        Assert.That(outcomes.Select(outcome => outcome.Class), Is.EqualTo(MutationTable.All.Select(mutation => mutation.Name)));
    }

    [Test]
    public void A_mutant_follows_from_seed_and_index()
    {
        using var folder = new TemporaryFolder();
        MutantRun one = new(new MutantPlan(1, null), folder.Path), class1 = new(new MutantPlan(1, MutationTable.All[30]), folder.Path);
        int index = new MutantPlan(1, MutationTable.All[30]).Index(2);
        byte[] first = File.ReadAllBytes(one.Make(index).Path), second = File.ReadAllBytes(class1.Make(index).Path);
        Assert.That(second, Is.EqualTo(first));
    }

    [TestCase("control.exception", "Trace", "NullReferenceException: made on purpose")]
    [TestCase("control.abort", "Abort", "made on purpose")]
    [TestCase("control.overflow", "Abort", "Stack overflow")]
    [TestCase("control.memory", "Memory", "The readers took")]
    [TestCase("control.load", "Memory", "Load took")]
    public void A_failure_made_on_purpose_is_reported_as_one_of_its_kind_and_the_next_mutant_is_read(string control, string verdict,
        string sentence)
    {
        List<MutantOutcome> outcomes = Read(Control(control), 0, 2);
        Assert.That(outcomes.Select(outcome => (outcome.Index, $"{outcome.Verdict}")), Is.EqualTo(new[] { (0, verdict), (1, verdict) }));
        Assert.That(outcomes.Select(outcome => outcome.Sentence), Has.All.Contains(sentence));
        Assert.That(outcomes.Select(outcome => outcome.IsFailure), Has.All.True);
    }

    [TestCase("control.hang")]
    [TestCase("control.spin")]
    public void A_reader_that_does_not_end_is_reported_as_a_hang_and_the_next_mutant_is_read(string control)
    {
        List<MutantOutcome> outcomes = Read(Control(control), 0, 2, Short);
        Assert.That(outcomes.Select(outcome => (outcome.Index, outcome.Verdict)),
            Is.EqualTo(new[] { (0, Verdict.Hang), (1, Verdict.Hang) }));
        Assert.That(outcomes.Select(outcome => outcome.Sentence), Has.All.StartsWith("No end within 1 s of work or 2 s of waiting"));
    }

    [Test]
    public void Every_control_is_tested()
    {
        IEnumerable<string> tested =
            typeof(FuzzFilesTests).GetMethods().SelectMany(method => method.GetCustomAttributes(typeof(TestCaseAttribute), false))
            .Select(attribute => (string)((TestCaseAttribute)attribute).Arguments[0]!);
        Assert.That(tested, Is.EquivalentTo(MutationTable.Controls.Select(control => control.Name)));
    }

    [Test]
    public void An_outcome_passes_between_processes()
    {
        var outcome = new MutantOutcome(7, "tensor.bits", Verdict.Refused, 12, 3L << 32, 4L << 32, "load: 'x'");
        Assert.That(MutantOutcome.FromLine(outcome.ToLine()), Is.EqualTo(outcome));
        Assert.That(MutantOutcome.FromLine("begin\t7"), Is.Null);
    }

    private static List<MutantOutcome> Read(MutantPlan plan, int from, int to, FuzzLimits? limits = null)
    {
        var outcomes = new List<MutantOutcome>();
        new FuzzChild(plan, default, limits).Run(from, to, outcomes.Add);
        return outcomes;
    }

    private static MutantPlan Control(string name) => new(1, MutationTable.Find(name)!);
}
