using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Randomness;
using RnnJit.Runtime;

namespace RnnJit.Generation;

/// <summary>
/// Generates sequences with a session of one step: tokens i32[1, B] in, logits [1, B, V] out, states carried from step to step. The
/// session is filled with whatever else it reads (a memory, masks, start states) before the call. A call begins with the states that
/// <see cref="Session.State"/> holds and leaves them as they were, so that the same call gives the same sequences again; the states at
/// its end are the session's final ones. Not safe for concurrent use.
/// </summary>
public sealed class TokenGenerator
{
    private readonly Session session;
    private readonly Tensor input;
    private readonly Tensor logits;
    private readonly Tensor? attention;
    private readonly int rows;
    private readonly int tokens;
    private readonly TokenScores scores;

    /// <param name="session">Bound to one step; its states are carried whatever its options say.</param>
    /// <param name="input">The input of tokens, i32[1, B].</param>
    /// <param name="logits">The result that holds logits, [1, B, V]; null: the first one.</param>
    /// <param name="attention">A result whose rows are kept for each token, [1, B, …]; null for none.</param>
    /// <exception cref="UnknownNameException">The session has no such input or result.</exception>
    /// <exception cref="ArgumentException">The session has several steps, or the input is no token for each row.</exception>
    public TokenGenerator(Session session, string input, string? logits = null, string? attention = null)
    {
        (this.session, this.input) = (session, session.Input(input));
        this.logits = session.Output(logits ?? session.Program.Outputs[0].Name);
        this.attention = attention is null ? null : session.Output(attention);
        rows = this.input.Length;
        if (this.input.Element != ElementType.I32 || this.input.Shape.Count != 2 || this.input.Shape[0] != 1)
        {
            throw new ArgumentException($"Input '{input}' is {this.input.Element}[{string.Join(", ", this.input.Shape)}], wanted I32[1, B] "
                + "(open a session of one step, over an input of tokens)");
        }

        if (this.logits.Length % rows != 0 || this.logits.Element == ElementType.I32)
            throw new ArgumentException(
                $"The logits are [{string.Join(", ", this.logits.Shape)}], wanted [1, {rows}, V] (name the result that holds them)");
        tokens = this.logits.Length / rows;
        scores = new TokenScores(rows, tokens);
    }

    /// <summary>
    /// One sequence for each row of the batch, each token chosen by itself: argmax, or drawn by temperature, top-k and nucleus.
    /// </summary>
    /// <returns>A hypothesis for each row.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Hypothesis[] Generate(GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check(tokens);
        return FromStates(() => Generated(options));
    }

    /// <summary>
    /// The best sequences by beam search: for each sequence, <see cref="BeamOptions.Width"/> neighbouring rows of the batch start with the
    /// same prompt and follow the hypotheses with the highest probabilities. A search ends when no open hypothesis can become better than
    /// the finished ones.
    /// </summary>
    /// <returns>For each sequence its hypotheses, the best by penalised probability first; hypotheses cut at the limit of tokens come after
    /// those that ended.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<Hypothesis>[] Beam(BeamOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check(tokens, rows);
        return FromStates(() => Searched(options));
    }

    // Every call begins with the states that it was given.
    private T FromStates<T>(Func<T> generate)
    {
        Tensor[] states = session.State.Kept();
        try
        {
            return generate();
        }
        finally
        {
            session.State.Restore(states);
        }
    }

    private Hypothesis[] Generated(GenerationOptions options)
    {
        RandomStream[] random = [.. Enumerable.Range(0, rows).Select(row => new RandomStream(options.Seed, (ulong)row))];
        var found = Enumerable.Range(0, rows).Select(_ => new OpenHypothesis()).ToArray();
        var last = new int[rows];
        Prompt(options.Prompt, last, options.Cancel);
        for (int step = 0; step < options.MostTokens && found.Any(one => !one.IsEnded); step++)
        {
            Run(last, options.Cancel);
            for (int row = 0; row < rows; row++)
            {
                if (found[row].IsEnded)
                    continue;
                int token = last[row] = scores.Choose(row, options, random[row]);
                found[row] = found[row].With(token, scores.Of(row)[token], AttentionOf(row), token == options.End);
            }
        }

        return [.. found.Select(one => one.Close())];
    }

    private IReadOnlyList<Hypothesis>[] Searched(BeamOptions options)
    {
        BeamSearch[] searches =
            [.. Enumerable.Range(0, rows / options.Width).Select(sequence => new BeamSearch(options, sequence * options.Width))];
        var last = new int[rows];
        var order = new int[rows];
        Prompt(options.Prompt, last, options.Cancel);
        for (int step = 0; step < options.MostTokens && searches.Any(search => !search.IsDone); step++)
        {
            Run(last, options.Cancel);
            for (int row = 0; row < rows; row++)
                order[row] = row;
            foreach (BeamSearch search in searches.Where(search => !search.IsDone))
                search.Step(scores, AttentionOf, last, order);
            session.State.Reorder(order);
        }

        return [.. searches.Select(search => search.Best())];
    }

    private void Prompt(IReadOnlyList<int> prompt, int[] last, CancellationToken cancel)
    {
        Array.Fill(last, prompt[0]);
        foreach (int code in prompt.Skip(1))
        {
            Run(last, cancel);
            Array.Fill(last, code);
        }
    }

    private void Run(int[] last, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        last.CopyTo(input.Write<int>());
        session.Run();
        if (!session.Carries)
            session.State.Carry();
        scores.Read(logits);
    }

    private float[]? AttentionOf(int row)
    {
        if (attention is null)
            return null;
        int width = attention.Length / rows;
        var values = new float[width];
        for (int i = 0; i < width; i++)
            values[i] = attention.Element == ElementType.F64
                ? (float)attention.Read<double>()[(row * width) + i]
                : attention.Read<float>()[(row * width) + i];
        return values;
    }
}
