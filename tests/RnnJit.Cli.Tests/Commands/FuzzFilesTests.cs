using RnnJit.Cli.Fuzzing;

namespace RnnJit.Cli.Tests.Commands;

public class FuzzFilesTests
{
    // Classes that the parser's depth limit decides; a stack overflow would end the test host.
    private static readonly string[] OnlyInChildren = ["size.nested-scans", "size.open-scans"];

    [Test]
    public void There_are_at_least_60_classes_with_names_of_their_own()
    {
        Assert.That(MutationTable.All, Has.Count.GreaterThanOrEqualTo(60));
        Assert.That(MutationTable.All.Concat(MutationTable.Controls).Select(mutation => mutation.Name), Is.Unique);
    }

    [Test]
    public void Damaged_files_cost_a_sentence()
    {
        using var folder = new TemporaryFolder();
        var plan = new MutantPlan(3, null);
        var run = new MutantRun(plan, folder.Path);
        string[] failures = [.. Enumerable.Range(0, 2 * MutationTable.All.Count).Where(index => !OnlyInChildren.Contains(plan.Class(index).Name))
            .Select(run.Read).Where(outcome => outcome.Verdict == Verdict.Trace).Select(outcome => $"{outcome.Class} {outcome.Index}: {outcome.Sentence}")];
        Assert.That(failures, Is.Empty);
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

    [Test]
    public void An_exception_without_a_sentence_is_a_failure()
    {
        using var folder = new TemporaryFolder();
        MutantOutcome outcome = new MutantRun(new MutantPlan(1, MutationTable.Find("control.exception")), folder.Path).Read(0);
        Assert.That(outcome.Verdict, Is.EqualTo(Verdict.Trace));
        Assert.That(outcome.Sentence, Does.Contain("made on purpose"));
    }

    [Test]
    public void A_child_that_ends_is_a_failure_and_the_next_mutant_is_read()
    {
        var outcomes = new List<MutantOutcome>();
        new FuzzChild(new MutantPlan(1, MutationTable.Find("control.abort")), default).Run(0, 2, outcomes.Add);
        Assert.That(outcomes.Select(outcome => (outcome.Index, outcome.Verdict)), Is.EqualTo(new[] { (0, Verdict.Abort), (1, Verdict.Abort) }));
    }

    [Test]
    public void An_outcome_passes_between_processes()
    {
        var outcome = new MutantOutcome(7, "tensor.bits", Verdict.Refused, 12, 3L << 32, 4L << 32, "load: 'x'");
        Assert.That(MutantOutcome.FromLine(outcome.ToLine()), Is.EqualTo(outcome));
        Assert.That(MutantOutcome.FromLine("begin\t7"), Is.Null);
    }
}
