using RnnJit.Data;

namespace RnnJit.Training;

/// <summary>
/// Cuts a sequence of codes into B contiguous streams and these into windows of T steps, for truncated back-propagation through time with
/// carried state: window w + 1 of a stream continues where window w ended, and the target of each step is the next code.
/// </summary>
public sealed class SequenceBatches
{
    /// <summary>Target of a padded step; no code is negative.</summary>
    public const int NoTarget = -1;

    private readonly ReadOnlyMemory<int> codes;
    private readonly int[] starts;
    private readonly int[] lengths;
    private readonly int[] offsets;
    private readonly int[] validSteps;
    private int cursor;

    private SequenceBatches(ReadOnlyMemory<int> codes, int streams, int steps, int windows, Func<int, int> start, bool staggered)
    {
        this.codes = codes;
        Streams = streams;
        Steps = steps;
        Windows = windows;
        starts = [.. Enumerable.Range(0, streams).Select(start)];
        lengths = [.. Enumerable.Range(0, streams).Select(b => start(b + 1) - start(b))];
        offsets = [.. Enumerable.Range(0, streams).Select(b => staggered ? (int)((long)b * windows / streams) : 0)];
        validSteps = new int[streams];
    }

    /// <summary>B.</summary>
    public int Streams { get; }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>Number of windows in an epoch.</summary>
    public int Windows { get; }

    /// <summary>Number of targets in an epoch.</summary>
    public long Targets => lengths.Sum(length => Math.Min((long)Windows * Steps, length));

    /// <summary>Index of the next window, the whole state of the iteration; 0 begins an epoch, <see cref="Windows"/> is its end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to <see cref="Windows"/>.</exception>
    public int Cursor
    {
        get => cursor;
        set
        {
            if (value < 0 || value > Windows)
                throw new ArgumentOutOfRangeException(nameof(value), value,
                    $"The cursor is {value}, wanted 0 to {Windows} (it was saved with other sizes)");
            cursor = value;
        }
    }

    /// <summary>
    /// True where the epoch is over; set <see cref="Cursor"/> to 0 for the next one.
    /// </summary>
    public bool EndOfEpoch => cursor == Windows;

    /// <summary>For each stream the number of steps of the last window that have targets; later steps are padding. T everywhere in
    /// training.</summary>
    public ReadOnlySpan<int> ValidSteps => validSteps;

    /// <summary>
    /// Streams of equal length and full windows only: with N codes a stream has ⌊(N − 1) / B⌋ targets, of which
    /// the last incomplete window is left out.
    /// </summary>
    /// <param name="staggered">True to start an epoch of stream b at its window ⌊b · Windows / B⌋ and to wrap around to window 0 during the
    /// epoch, so that the streams' states are reset (<see cref="Begins"/>) at different times. False to start them all at window 0.</param>
    /// <exception cref="TextDataException">The codes do not fill one window.</exception>
    /// <exception cref="ArgumentOutOfRangeException">B or T is not positive.</exception>
    public static SequenceBatches ForTraining(ReadOnlyMemory<int> codes, int streams, int steps, bool staggered = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(streams);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        var length = Math.Max(codes.Length - 1, 0) / streams;
        if (length < steps)
        {
            throw new TextDataException(
                $"{codes.Length} characters give {streams} streams of {length} steps, wanted at least one window of {steps} "
                    + $"(use at least {(long)streams * steps + 1} characters, fewer streams or a shorter window)");
        }

        return new SequenceBatches(codes, streams, steps, length / steps, b => b * length, staggered);
    }

    /// <summary>
    /// Every code that has a successor exactly once: streams differ in length by at most one target, and the last window is padded.
    /// The mean loss of the pass is the sum over the valid steps divided by <see cref="Targets"/>.
    /// </summary>
    /// <exception cref="TextDataException">A stream would have no target.</exception>
    /// <exception cref="ArgumentOutOfRangeException">B or T is not positive.</exception>
    public static SequenceBatches ForValidation(ReadOnlyMemory<int> codes, int streams, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(streams);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        var targets = codes.Length - 1;
        if (targets < streams)
        {
            throw new TextDataException(
                $"{codes.Length} characters cannot fill {streams} streams with at least one step each (use at least {streams + 1L} "
                    + "characters or fewer streams)");
        }

        // The first targets mod B streams are one step longer.
        var (length, longer) = Math.DivRem(targets, streams);
        var longest = longer == 0 ? length : length + 1;
        return new SequenceBatches(codes, streams, steps, (int)((longest + (long)steps - 1) / steps),
            b => b * length + Math.Min(b, longer), staggered: false);
    }

    /// <summary>Splits a sequence: the last <paramref name="validationShare"/> of it is for validation.</summary>
    /// <returns>Both parts, together the whole sequence.</returns>
    /// <exception cref="TextDataException">The share is not between 0 and 1, or a part would have fewer than two characters.</exception>
    public static (ReadOnlyMemory<int> Training, ReadOnlyMemory<int> Validation) Split(ReadOnlyMemory<int> codes, double validationShare)
    {
        if (validationShare is not (> 0 and < 1))
            throw new TextDataException($"The share for validation is {validationShare}, wanted between 0 and 1 (0.1 is usual)");

        var validation = (int)Math.Round(codes.Length * validationShare);
        if (validation < 2 || codes.Length - validation < 2)
            throw new TextDataException(
                $"{codes.Length} characters split {codes.Length - validation} to {validation}, wanted at least 2 in each part "
                    + "(use a longer text or another share)");

        return (codes[..^validation], codes[^validation..]);
    }

    /// <summary>True if the next window of stream b is its window 0. The state that was carried on belongs to other text:
    /// reset it (<see cref="Networks.CarriedState.Reset(int)"/>). False at the end of an epoch, where there is no next window.</summary>
    /// <param name="stream">b, from 0 to B − 1.</param>
    public bool Begins(int stream) => !EndOfEpoch && Window(stream) == 0;

    /// <summary>Fills in the next window, time-major, and moves the cursor.</summary>
    /// <param name="x">[T, B] codes: step t of stream b at t · B + b; 0 where padded.</param>
    /// <param name="y">[T, B] the codes that follow; <see cref="NoTarget"/> where padded.</param>
    /// <returns>The number of steps with a target, over all streams; 0 at the end of the epoch, when nothing is filled in.</returns>
    /// <exception cref="ArgumentException">x or y is not T · B long.</exception>
    public int Next(Span<int> x, Span<int> y)
    {
        if (x.Length != Steps * Streams || y.Length != x.Length)
            throw new ArgumentException(
                $"x and y have {x.Length} and {y.Length} elements, wanted {Steps} · {Streams} each (pass buffers of one window)");
        if (EndOfEpoch)
            return 0;

        int total = Read(x, y, 0, Streams);
        cursor++;
        return total;
    }

    /// <summary>Fills in the next window of some streams and leaves the cursor where it is.</summary>
    /// <param name="x">[T, streams] codes, as in <see cref="Next"/>.</param>
    /// <param name="y">[T, streams] the codes that follow.</param>
    /// <returns>The number of steps with a target, over these streams.</returns>
    internal int Read(Span<int> x, Span<int> y, int first, int streams)
    {
        var total = 0;
        for (var b = 0; b < streams; b++)
            total += validSteps[first + b] = FillStream(x, y, first + b, b, streams);
        return total;
    }

    private int FillStream(Span<int> x, Span<int> y, int b, int column, int columns)
    {
        var done = Window(b) * Steps;
        var valid = Math.Clamp(lengths[b] - done, 0, Steps);
        var source = codes.Span.Slice(starts[b] + Math.Min(done, lengths[b]), valid + 1);
        for (var t = 0; t < Steps; t++)
        {
            x[t * columns + column] = t < valid ? source[t] : 0;
            y[t * columns + column] = t < valid ? source[t + 1] : NoTarget;
        }

        return valid;
    }

    private int Window(int b) => (cursor + offsets[b]) % Windows;
}
