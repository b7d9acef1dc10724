using RnnJit.Randomness;

namespace RnnJit.Gallery;

/// <summary>Ways to choose a sequence by a model that gives ln p of each next symbol.</summary>
/// <param name="next">ln p of each symbol behind a beginning.</param>
/// <param name="last">The symbol that ends a sequence.</param>
/// <param name="longest">The most symbols behind the beginning.</param>
internal sealed class SequenceSearch(Func<IReadOnlyList<int>, double[]> next, int last, int longest)
{
    /// <summary>The likeliest symbol each time.</summary>
    public int[] Greedy(IReadOnlyList<int> beginning) => Follow(beginning, scores => Array.IndexOf(scores, scores.Max()));

    /// <summary>Symbols drawn by their probability.</summary>
    public int[] Sample(IReadOnlyList<int> beginning, RandomStream random) => Follow(beginning, scores =>
    {
        double rest = random.NextDouble() * scores.Sum(Math.Exp);
        for (int i = 0; i < scores.Length - 1; i++)
        {
            rest -= Math.Exp(scores[i]);
            if (rest < 0)
                return i;
        }

        return scores.Length - 1;
    });

    /// <summary>The likeliest sequences among those that begin like one of the likeliest so far.</summary>
    /// <param name="width">How many are kept after each symbol.</param>
    /// <returns>Sequences and ln p, the likeliest first.</returns>
    public (int[] Symbols, double Score)[] Beam(IReadOnlyList<int> beginning, int width)
    {
        (int[] Symbols, double Score)[] beam = [([.. beginning], 0)];
        for (int step = 0; step < longest && !beam.All(IsEnded); step++)
        {
            beam = [.. beam.SelectMany(kept => IsEnded(kept) ? [kept] : Longer(kept)).OrderByDescending(candidate => candidate.Score)
                .Take(width)];
        }

        return beam;

        IEnumerable<(int[] Symbols, double Score)> Longer((int[] Symbols, double Score) kept) =>
            next(kept.Symbols).Select((score, symbol) => ((int[])[.. kept.Symbols, symbol], kept.Score + score));

        bool IsEnded((int[] Symbols, double Score) kept) => kept.Symbols.Length > beginning.Count && kept.Symbols[^1] == last;
    }

    private int[] Follow(IReadOnlyList<int> beginning, Func<double[], int> choose)
    {
        List<int> symbols = [.. beginning];
        while (symbols.Count < beginning.Count + longest && (symbols.Count == beginning.Count || symbols[^1] != last))
            symbols.Add(choose(next(symbols)));
        return [.. symbols];
    }
}
