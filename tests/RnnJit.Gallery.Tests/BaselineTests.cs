using RnnJit.Gallery.Systems;

namespace RnnJit.Gallery.Tests;

/// <summary>Baselines that figures stand beside, and the split of the names.</summary>
public class BaselineTests
{
    // Letters and ends: a: ^ a a $ and ^a aa a$; b: ^ b $ and ^b b$; 9 n-grams are known.
    [Test]
    public void Naive_Bayes_multiplies_smoothed_shares_of_n_grams()
    {
        var bayes = new NaiveBayes([("aa", 0), ("b", 1)], classes: 2, longest: 2);
        Assert.That(bayes.Best("aa", 1), Is.Zero);
        Assert.That(bayes.Best("b", 1), Is.EqualTo(1));

        // ^ a b $ ^a ab b$, in all 7 and 5 n-grams plus 9: 2·3·1·2·2·1·1 / 16⁷ against 2·1·2·2·1·1·2 / 14⁷.
        Assert.That(24 / Math.Pow(16, 7), Is.LessThan(16 / Math.Pow(14, 7)));
        Assert.That(bayes.Best("ab", 1), Is.EqualTo(1));
    }

    [Test]
    public void Counts_of_letters_give_each_text_a_probability()
    {
        var counts = new CharacterCounts("abab", codes: 2, longest: 2);

        // Empty context: a 2, b 2 of 4, 2 kinds: (2 + 2/2) / 6. Behind a: b 2 of 2, 1 kind: (2 + 1/2) / 3.
        Assert.That(counts.Nats("ab"), Is.EqualTo(-Math.Log(2.5 / 3)).Within(1e-12));
        Assert.That(Math.Exp(-counts.Nats("ab")) + Math.Exp(-counts.Nats("aa")), Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void A_baseline_has_to_be_passed()
    {
        Assert.That(Figure.Above("accuracy", 0.5, 0.51), Is.EqualTo(new Figure("accuracy", "above 0.5", "0.51", true)));
        Assert.That(Figure.Below("loss", 0.5, 0.49), Is.EqualTo(new Figure("loss", "below 0.5", "0.49", true)));
        Assert.That(Figure.Above("accuracy", 0.5, 0.5).IsMet || Figure.Below("loss", 0.5, 0.5).IsMet, Is.False);
        Assert.That(Figure.Above("accuracy", 0.5, double.NaN).IsMet || Figure.Below("loss", 0.5, double.NaN).IsMet, Is.False);
    }

    [Test]
    public void No_name_stands_in_two_parts()
    {
        NameSplit names = NameSplit.Of(null);
        string[][] parts = [.. ((NameRow[][])[names.Train, names.Development, names.Test])
            .Select(rows => rows.Select(row => row.Name).Distinct().ToArray())];
        Assert.That(parts.Sum(part => part.Length), Is.EqualTo(parts.SelectMany(part => part).Distinct().Count()));
        Assert.That((double)parts[2].Length / parts.Sum(part => part.Length), Is.EqualTo(0.1).Within(0.001));
        Assert.That(parts[1], Has.Length.EqualTo(parts[2].Length).Within(1));
        Assert.That(names.Test.Select(row => row.Language).Distinct().Count(), Is.EqualTo(3));
    }
}
