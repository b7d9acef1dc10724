namespace RnnJit.Generation;

/// <summary>The search for one sequence: hypotheses of neighbouring rows.</summary>
/// <param name="first">The first of its rows.</param>
internal sealed class BeamSearch(BeamOptions options, int first)
{
    private readonly List<OpenHypothesis> ended = [];

    // At first all rows are alike, so one of them counts.
    private OpenHypothesis[] open = [new OpenHypothesis()];

    /// <summary>True where no open hypothesis can become better than the worst of those that would be given.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Follows the best hypotheses by one token.</summary>
    /// <param name="attention">The attention of a row in this step.</param>
    /// <param name="last">Takes the token that each row is given next.</param>
    /// <param name="order">Takes the row that each row goes on from.</param>
    public void Step(TokenScores scores, Func<int, float[]?> attention, int[] last, int[] order)
    {
        // Twice as many as are followed: each hypothesis may end once, and as many are left.
        var best = new PriorityQueue<(int Beam, int Token), (double Score, int Place)>();
        for (int beam = 0; beam < open.Length; beam++)
        {
            ReadOnlySpan<double> values = scores.Of(first + beam);
            for (int token = 0; token < values.Length; token++)
            {
                if (options.Banned.Contains(token) || double.IsNegativeInfinity(values[token]))
                    continue;

                // The lowest score leaves first; of equal ones the later place.
                best.Enqueue((beam, token), (open[beam].LogProbability + values[token], -((beam * values.Length) + token)));
                if (best.Count > 2 * options.Width)
                    best.Dequeue();
            }
        }

        var candidates = new List<(int Beam, int Token)>();
        while (best.TryDequeue(out var candidate, out _))
            candidates.Add(candidate);
        candidates.Reverse();
        Follow(candidates, scores, attention, last, order);
    }

    /// <summary>The best hypotheses, at most as many as the width.</summary>
    public IReadOnlyList<Hypothesis> Best()
    {
        IEnumerable<OpenHypothesis> rest = ended.Count < options.Width ? Ordered(open).Where(one => one.Length > 0) : [];
        return [.. Ordered(ended).Concat(rest).Take(options.Width).Select(one => one.Close())];
    }

    private void Follow(List<(int Beam, int Token)> candidates, TokenScores scores, Func<int, float[]?> attention, int[] last, int[] order)
    {
        var next = new List<OpenHypothesis>();
        foreach (var (beam, token) in candidates)
        {
            if (next.Count == options.Width)
                break;
            bool ends = token == options.End;
            OpenHypothesis one = open[beam].With(token, scores.Of(first + beam)[token], attention(first + beam), ends);
            if (ends)
            {
                ended.Add(one);
                continue;
            }

            (last[first + next.Count], order[first + next.Count]) = (token, first + beam);
            next.Add(one);
        }

        open = [.. next];
        IsDone = open.Length == 0 || (ended.Count >= options.Width
            && open.Max(one => one.Bound(options.LengthPenalty, options.MostTokens))
                <= Ordered(ended).ElementAt(options.Width - 1).Score(options.LengthPenalty));
    }

    private IEnumerable<OpenHypothesis> Ordered(IEnumerable<OpenHypothesis> hypotheses) =>
        hypotheses.OrderByDescending(one => one.Score(options.LengthPenalty));
}
