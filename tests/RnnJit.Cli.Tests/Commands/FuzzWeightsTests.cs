using RnnJit.Cli.Fuzzing;

namespace RnnJit.Cli.Tests.Commands;

/// <summary><c>rnnjit fuzz files --format</c>: 2,002 damaged files of weights and arrays, each read or refused with a sentence.</summary>
[NonParallelizable]
public class FuzzWeightsTests
{
    private const int Count = 286;

    [TestCaseSource(typeof(WeightSeeds), nameof(WeightSeeds.Formats))]
    public void Damaged_files_cost_a_sentence(string format)
    {
        ulong seed = (ulong)Random.Shared.Next(1, 1_000_000);
        TestContext.Out.WriteLine($"rnnjit fuzz files --format {format} --seed {seed} --count {Count}");
        using var folder = new TemporaryFolder();
        var run = new MutantRun(new MutantPlan(seed, null, format), folder.Path);
        MutantOutcome[] outcomes = [.. Enumerable.Range(0, Count).Select(run.Read)];
        Assert.That(outcomes.Where(outcome => outcome.IsFailure).Select(outcome => $"{outcome.Index} {outcome.Class}: {outcome.Sentence}"),
            Is.Empty, $"seed {seed}");

        // Not all are refused, nor none: the damage is met, and valid files are read.
        Assert.That(outcomes.Count(outcome => outcome.Verdict == Verdict.Refused), Is.GreaterThan(Count / 4));
        // One seed is a valid file of a form that is not read.
        Assert.That(outcomes.Where(outcome => outcome.Class == "valid" && outcome.Sentence.StartsWith("read: ", StringComparison.Ordinal))
            .Select(outcome => outcome.Sentence), Has.All.Contains("is chunked, wanted contiguous"));
    }

    [Test]
    public void A_format_that_is_none_is_refused() => Assert.That(CommandRun.Of("fuzz", "files", "--format", "zip").Error,
        Does.Contain("--format is 'zip', wanted one of pt, pth, h5, keras, npy, npz, safetensors (change it)"));
}
