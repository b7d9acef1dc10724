using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Data;

/// <summary>
/// Ragged rows to padded batches and back: rows of different lengths ⇒ [T, B, …] or [B, T, …], T steps of B rows. Steps past the end of a
/// row hold padding. <see cref="Networks.PackedBatch"/> is the layout without padding.
/// </summary>
public static class Padding
{
    /// <summary>The number of steps of each row, i32[B].</summary>
    /// <exception cref="ArgumentException">There is no row.</exception>
    public static BatchInput Lengths(IReadOnlyList<int> lengths)
    {
        Require(lengths.Count);
        return BatchInput.Of(lengths.ToArray(), lengths.Count);
    }

    /// <summary>Mask of steps: 1 at the steps of a row, 0 past them: f32[T, B, 1] or f32[B, T, 1].</summary>
    /// <param name="lengths">The number of steps of each row.</param>
    /// <param name="steps">T; 0: as many steps as the longest row has.</param>
    /// <exception cref="ArgumentException">There is no row, or a length is negative or beyond T.</exception>
    public static BatchInput Mask(IReadOnlyList<int> lengths, int steps = 0, SequenceOrder order = SequenceOrder.TimeMajor)
    {
        steps = Steps(lengths, steps);
        var shape = new PaddedShape(steps, lengths.Count, 1, order);
        var mask = new float[shape.Elements];
        for (int row = 0; row < lengths.Count; row++)
        {
            for (int t = 0; t < lengths[row]; t++)
                mask[shape.At(t, row)] = 1;
        }

        return BatchInput.Of(mask, shape.With(1));
    }

    /// <summary>Rows of whole numbers, padded: i32[T, B] or i32[B, T].</summary>
    /// <param name="padding">The number stored past the end of a row; <see cref="BatchInput.Padding"/> keeps it.</param>
    /// <param name="steps">T; 0: as many steps as the longest row has.</param>
    /// <exception cref="ArgumentException">There is no row, or one is longer than T.</exception>
    public static BatchInput Codes(
        IReadOnlyList<IReadOnlyList<int>> rows, int padding = 0, int steps = 0, SequenceOrder order = SequenceOrder.TimeMajor)
    {
        steps = Steps([.. rows.Select(row => row.Count)], steps);
        var shape = new PaddedShape(steps, rows.Count, 1, order);
        var codes = new int[shape.Elements];
        Array.Fill(codes, padding);
        for (int row = 0; row < rows.Count; row++)
        {
            IReadOnlyList<int> values = rows[row];
            for (int t = 0; t < values.Count; t++)
                codes[shape.At(t, row)] = values[t];
        }

        return BatchInput.Of(codes, shape.With()).Padded(padding);
    }

    /// <summary>Rows of vectors, padded with 0: f32[T, B, X] or f32[B, T, X].</summary>
    /// <param name="rows">The vectors of each row, concatenated: steps · X numbers.</param>
    /// <param name="width">X.</param>
    /// <param name="steps">T; 0: as many steps as the longest row has.</param>
    /// <exception cref="ArgumentException">There is no row, X is below 1, a row is no multiple of X, or longer than T steps.</exception>
    public static BatchInput Vectors(
        IReadOnlyList<float[]> rows, int width, int steps = 0, SequenceOrder order = SequenceOrder.TimeMajor) =>
        Vectors([.. rows.Select(row => (ReadOnlyMemory<float>)row)], width, steps, order);

    /// <inheritdoc cref="Vectors(IReadOnlyList{float[]}, int, int, SequenceOrder)"/>
    public static BatchInput Vectors(
        IReadOnlyList<ReadOnlyMemory<float>> rows, int width, int steps = 0, SequenceOrder order = SequenceOrder.TimeMajor)
    {
        if (width < 1)
            throw new ArgumentException($"The width of the vectors is {width}, wanted at least 1 (give the numbers of one step)");
        int ragged = Enumerable.Range(0, rows.Count).FirstOrDefault(row => rows[row].Length % width != 0, -1);
        if (ragged >= 0)
        {
            throw new ArgumentException(
                $"Row {ragged} has {rows[ragged].Length} numbers, wanted a multiple of {width}, the width " +
                $"(give {width} numbers for each step)");
        }

        steps = Steps([.. rows.Select(row => row.Length / width)], steps);
        var shape = new PaddedShape(steps, rows.Count, width, order);
        var values = new float[shape.Elements];
        for (int row = 0; row < rows.Count; row++)
        {
            for (int t = 0; t < rows[row].Length / width; t++)
                rows[row].Span.Slice(t * width, width).CopyTo(values.AsSpan(shape.At(t, row)));
        }

        return BatchInput.Of(values, shape.With(width));
    }

    /// <summary>The steps of each row of padded whole numbers; the inverse of <see cref="Codes"/>.</summary>
    /// <param name="padded">i32[T, B] or i32[B, T].</param>
    /// <exception cref="ArgumentException">The input has another type or rank, or a length does not fit.</exception>
    public static int[][] CodeRows(BatchInput padded, IReadOnlyList<int> lengths, SequenceOrder order = SequenceOrder.TimeMajor)
    {
        if (padded.Element != ElementType.I32 || padded.Shape.Count != 2)
            throw new ArgumentException($"The input is {Text(padded)}, wanted i32[{Axes(order)}] (give padded whole numbers)");
        PaddedShape shape = Read(padded, lengths, order);
        return [.. lengths.Select(
            (length, row) => Enumerable.Range(0, length).Select(t => padded.Integers.Span[shape.At(t, row)]).ToArray())];
    }

    /// <summary>The steps of each row of a result, such as the best class of each step.</summary>
    /// <param name="padded">i32[T, B], a result of a session or an evaluator.</param>
    /// <param name="lengths">i32[B], the lengths of the batch.</param>
    /// <inheritdoc cref="CodeRows(BatchInput, IReadOnlyList{int}, SequenceOrder)" path="/exception"/>
    public static int[][] CodeRows(Tensor padded, BatchInput lengths) => CodeRows(BatchInput.Of(padded), Whole(lengths));

    /// <summary>The vectors of each row of a result, one behind the other.</summary>
    /// <param name="padded">[T, B, …], a result of a session or an evaluator.</param>
    /// <param name="lengths">i32[B], the lengths of the batch.</param>
    /// <inheritdoc cref="VectorRows(BatchInput, IReadOnlyList{int}, SequenceOrder)" path="/exception"/>
    public static float[][] VectorRows(Tensor padded, BatchInput lengths) => VectorRows(BatchInput.Of(padded), Whole(lengths));

    /// <summary>
    /// The vectors of each row, concatenated and without padding; the inverse of
    /// <see cref="Vectors(IReadOnlyList{float[]}, int, int, SequenceOrder)"/>, for reading results of a network.
    /// </summary>
    /// <param name="padded">f32[T, B, …] or f32[B, T, …].</param>
    /// <exception cref="ArgumentException">The input has another type or rank, or a length does not fit.</exception>
    public static float[][] VectorRows(BatchInput padded, IReadOnlyList<int> lengths, SequenceOrder order = SequenceOrder.TimeMajor)
    {
        if (padded.Element != ElementType.F32 || padded.Shape.Count < 2)
            throw new ArgumentException($"The input is {Text(padded)}, wanted f32[{Axes(order)}, …] (give padded vectors)");
        PaddedShape shape = Read(padded, lengths, order);
        return [.. lengths.Select((length, row) =>
        {
            var values = new float[length * shape.Width];
            for (int t = 0; t < length; t++)
                padded.Reals.Span.Slice(shape.At(t, row), shape.Width).CopyTo(values.AsSpan(t * shape.Width));
            return values;
        })];
    }

    /// <summary>[T, B, …] ⇒ [B, T, …] and back.</summary>
    /// <exception cref="ArgumentException">The input has fewer than two axes.</exception>
    public static BatchInput Swapped(BatchInput padded)
    {
        if (padded.Shape.Count < 2)
            throw new ArgumentException($"The input is {Text(padded)}, wanted two axes or more (give padded sequences)");
        int first = padded.Shape[0], second = padded.Shape[1];
        int[] shape = [second, first, .. padded.Shape.Skip(2)];
        return padded.Element == ElementType.I32
            ? BatchInput.Of(Swapped(padded.Integers.Span, first, second), shape).Padded(padded.Padding)
            : BatchInput.Of(Swapped(padded.Reals.Span, first, second), shape).Padded(padded.Padding);
    }

    private static int[] Whole(BatchInput lengths) => lengths.Element == ElementType.I32
        ? lengths.Integers.ToArray()
        : throw new ArgumentException($"The lengths are {Text(lengths)}, wanted i32[B] (give the input of lengths)");

    private static T[] Swapped<T>(ReadOnlySpan<T> values, int first, int second)
    {
        int width = values.Length == 0 ? 0 : values.Length / first / second;
        var swapped = new T[values.Length];
        for (int i = 0; i < first && width > 0; i++)
        {
            for (int j = 0; j < second; j++)
                values.Slice(((i * second) + j) * width, width).CopyTo(swapped.AsSpan(((j * first) + i) * width));
        }

        return swapped;
    }

    private static PaddedShape Read(BatchInput padded, IReadOnlyList<int> lengths, SequenceOrder order)
    {
        bool time = order == SequenceOrder.TimeMajor;
        int steps = padded.Shape[time ? 0 : 1], rows = padded.Shape[time ? 1 : 0];
        if (lengths.Count != rows)
        {
            throw new ArgumentException(
                $"The input is {Text(padded)} with the axes [{Axes(order)}, …] but there are {lengths.Count} lengths " +
                $"(give one for each of {rows} rows)");
        }

        RequireLengths(lengths, steps);
        return new PaddedShape(steps, rows, NdArray.Size([.. padded.Shape.Skip(2)]), order);
    }

    private static int Steps(IReadOnlyList<int> lengths, int steps)
    {
        Require(lengths.Count);
        if (steps < 0)
        {
            throw new ArgumentException(
                $"The number of steps is {steps}, wanted at least 1, or 0 for those of the longest row (give a positive number)");
        }

        steps = steps > 0 ? steps : Math.Max(0, lengths.Max());
        RequireLengths(lengths, steps);
        return steps;
    }

    private static void RequireLengths(IReadOnlyList<int> lengths, int steps)
    {
        int wrong = Enumerable.Range(0, lengths.Count).FirstOrDefault(row => lengths[row] < 0 || lengths[row] > steps, -1);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"Row {wrong} has the length {lengths[wrong]}, wanted 0 to {steps}, the number of steps " +
                "(correct the length or give more steps)");
        }
    }

    private static void Require(int rows)
    {
        if (rows == 0)
            throw new ArgumentException("There are no rows to pad (give at least one)");
    }

    private static string Axes(SequenceOrder order) => order == SequenceOrder.TimeMajor ? "T, B" : "B, T";

    private static string Text(BatchInput input) =>
        $"{(input.Element == ElementType.I32 ? "i32" : "f32")}[{string.Join(", ", input.Shape)}]";
}
