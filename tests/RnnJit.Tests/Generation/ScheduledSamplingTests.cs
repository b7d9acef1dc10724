using RnnJit.Data;
using RnnJit.Generation;
using RnnJit.Randomness;

namespace RnnJit.Tests.Generation;

public class ScheduledSamplingTests
{
    // Columns are rows of the batch: the first has four steps, the second three and generated one token.
    private static readonly BatchInput Fed = BatchInput.Of((int[])[1, 1, 10, 20, 11, 21, 12, 0], 4, 2).Padded(7);

    private static readonly Hypothesis[] Own = [Of(30, 31, 32, 33), Of(40)];

    [Test]
    public void A_share_of_1_feeds_what_the_model_gave_the_step_before()
    {
        BatchInput mixed = ScheduledSampling.Mix(Fed, Own, [4, 3], 1, new RandomStream(1));
        Assert.That(mixed.Integers.ToArray(), Is.EqualTo(new[] { 1, 1, 30, 40, 31, 21, 32, 0 }));
        Assert.That(mixed.Padding, Is.EqualTo(7));
    }

    [Test]
    public void A_share_of_0_feeds_the_data() =>
        Assert.That(ScheduledSampling.Mix(Fed, Own, [4, 3], 0, new RandomStream(1)).Integers.ToArray(), Is.EqualTo(Fed.Integers.ToArray()));

    // 4,000 steps: three standard deviations are 3 √(0.3 · 0.7 / 4000) = 0.022.
    [Test]
    public void A_share_between_is_that_of_the_steps()
    {
        BatchInput fed = BatchInput.Of(new int[4001], 4001, 1);
        BatchInput mixed = ScheduledSampling.Mix(fed, [Of([.. Enumerable.Repeat(1, 4001)])], [4001], 0.3, new RandomStream(5));
        Assert.That(mixed.Integers.ToArray().Average(), Is.EqualTo(0.3).Within(0.022));
    }

    [Test]
    public void What_does_not_fit_gets_a_sentence()
    {
        string Message(Action mix) => Assert.Throws<ArgumentException>(() => mix())!.Message;
        Assert.That(Message(() => ScheduledSampling.Mix(BatchInput.Of(new float[2], 2, 1), Own, [1, 1], 1, new RandomStream(1))),
            Does.StartWith("The tokens are F32[2, 1]"));
        Assert.That(Message(() => ScheduledSampling.Mix(Fed, Own[..1], [4, 3], 1, new RandomStream(1))),
            Does.StartWith("There are 1 hypotheses and 2 lengths for 2 rows"));
        Assert.That(Message(() => ScheduledSampling.Mix(Fed, Own, [4, 3], 1.5, new RandomStream(1))), Does.StartWith("The share is 1.5"));
    }

    private static Hypothesis Of(params int[] tokens) => new(tokens, 0, [], true);
}
