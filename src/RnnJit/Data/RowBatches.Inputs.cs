namespace RnnJit.Data;

public sealed partial class RowBatches<TRow>
{
    /// <summary>Whole numbers along an axis, such as codes of words: i32[T, B], padded.</summary>
    /// <param name="name">The name of the input in the network.</param>
    /// <param name="codes">The numbers of a row, one for each step.</param>
    /// <param name="padding">The number stored past the end of a row, for instance one that the loss ignores.</param>
    /// <param name="axis">Sequences of one axis have the same steps in each row and are padded to one length.</param>
    /// <exception cref="ArgumentException">The name is empty or given already.</exception>
    public RowBatches<TRow> Codes(string name, Func<TRow, IReadOnlyList<int>> codes, int padding = 0, string axis = Time) =>
        Added(name, ColumnKind.Sequence, axis, [name], row => codes(row)?.Count ?? 0, set =>
        {
            IReadOnlyList<int>[] values = set.Each(name, codes);
            return new SequenceValues(name, axis, [.. values.Select(row => row.Count)], steps => Padding.Codes(values, padding, steps));
        });

    /// <summary>Vectors along an axis: f32[T, B, X], padded with 0.</summary>
    /// <param name="width">X.</param>
    /// <param name="vectors">The vectors of a row, one for each step.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Vectors(string name, int width, Func<TRow, IReadOnlyList<float[]>> vectors, string axis = Time) =>
        AddedVectors(name, width, axis, row => vectors(row)?.Count ?? 0, set =>
            [.. set.Each(name, vectors).Select((row, i) => Joined(name, set.Numbers[i], width, row))]);

    /// <summary>Vectors along an axis, given concatenated per row: f32[T, B, X], padded with 0. With X = 1 the vectors are
    /// numbers.</summary>
    /// <param name="width">X.</param>
    /// <param name="vectors">The numbers of a row, X for each step.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Vectors(string name, int width, Func<TRow, float[]> vectors, string axis = Time) =>
        AddedVectors(name, width, axis, row => (vectors(row)?.Length ?? 0) / width,
            set => [.. set.Each(name, vectors).Select(values => (ReadOnlyMemory<float>)values)]);

    /// <inheritdoc cref="Vectors(string, int, Func{TRow, float[]}, string)"/>
    public RowBatches<TRow> Vectors(string name, int width, Func<TRow, ReadOnlyMemory<float>> vectors, string axis = Time) =>
        AddedVectors(name, width, axis, row => vectors(row).Length / width, set => set.Each(name, vectors));

    /// <summary>
    /// Steps that are sequences of codes themselves, such as the characters of words: all parts of a batch as columns of one array i32[C,
    /// W], the parts of row 0 first. A network reads a vector of each part, and <see cref="Places"/> says which part each step is:
    /// <c>Gather(vectors, places)</c> is f32[T, B, H].
    /// </summary>
    /// <param name="parts">The parts of a row, one for each step.</param>
    /// <param name="padding">The code stored past the end of a part.</param>
    /// <param name="axis">The axis of the steps, T; that of the codes of a part, C, is the input's own.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Parts(string name, Func<TRow, IReadOnlyList<IReadOnlyList<int>>> parts, int padding = 0, string axis = Time) =>
        Added(name, ColumnKind.Parts, axis, [name], row => parts(row)?.Count ?? 0, set =>
            new PartValues(name, axis, set.Each(name, parts), padding));

    /// <summary>A whole number of each row, such as a class: i32[B].</summary>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Label(string name, Func<TRow, int> label) => Added(name, ColumnKind.Row, null, [name], null, set =>
        new RowValues(name, BatchInput.Of(set.Each(name, label), set.Numbers.Length)));

    /// <summary>A number of each row: f32[B, 1].</summary>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Number(string name, Func<TRow, float> number) => Added(name, ColumnKind.Row, null, [name], null, set =>
        new RowValues(name, BatchInput.Of(set.Each(name, number), set.Numbers.Length, 1)));

    /// <summary>A vector of each row: f32[B, X].</summary>
    /// <param name="width">X.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Vector(string name, int width, Func<TRow, float[]> vector) =>
        AddedVector(name, width, set => [.. set.Each(name, vector).Select(values => (ReadOnlyMemory<float>)values)]);

    /// <inheritdoc cref="Vector(string, int, Func{TRow, float[]})"/>
    public RowBatches<TRow> Vector(string name, int width, Func<TRow, ReadOnlyMemory<float>> vector) =>
        AddedVector(name, width, set => set.Each(name, vector));

    /// <summary>
    /// A tree of each row, given by its parents: the inputs of a <see cref="Networks.Forest"/> of this name, children in the order of
    /// their numbers.
    /// </summary>
    /// <param name="parents">The parent of each node, −1 for the root.</param>
    /// <param name="arity">The children that the network tells apart; 0 where they are only added up.</param>
    /// <param name="places">The nodes that a step of the forest has room for, W; 0: as the trees of a batch need.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Trees(string name, Func<TRow, IReadOnlyList<int>> parents, int arity, int places = 0) =>
        AddedTrees(
            name, arity, places, row => parents(row)?.Count ?? 0, row => parents(row) is { } given ? ForestBatch.Children(given) : null!);

    /// <summary>A tree of each row, given by its children: the inputs of a <see cref="Networks.Forest"/> of this name.</summary>
    /// <param name="children">The children of each node, −1 where one is missing, none for a leaf.</param>
    /// <param name="arity">The children that the network tells apart; 0 where they are only added up.</param>
    /// <param name="places">The nodes that a step of the forest has room for, W; 0: as the trees of a batch need.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> Trees(string name, Func<TRow, IReadOnlyList<IReadOnlyList<int>>> children, int arity, int places = 0) =>
        AddedTrees(name, arity, places, row => children(row)?.Count ?? 0, children);

    /// <summary>A whole number of each node of the rows' trees: i32[N].</summary>
    /// <param name="of">The trees.</param>
    /// <param name="codes">One for each node of the row's tree.</param>
    /// <param name="padding">The number of nodes that <see cref="RoundedTo"/> adds.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> NodeCodes(string name, string of, Func<TRow, IReadOnlyList<int>> codes, int padding = 0)
    {
        Require(name, of, "names nodes of", "trees", column => column.Kind == ColumnKind.Trees);
        return Added(name, ColumnKind.Nodes, null, [name], null, set =>
        {
            IReadOnlyList<int>[] values = set.Each(name, codes);
            return new NodeValues(name, of, set.Numbers, [.. values.Select(row => row.Count)], forest => forest.Codes(values, padding));
        });
    }

    /// <summary>A vector of each node of the rows' trees: f32[N, X].</summary>
    /// <param name="of">The trees.</param>
    /// <param name="width">X.</param>
    /// <param name="vectors">One for each node of the row's tree.</param>
    /// <inheritdoc cref="Codes(string, Func{TRow, IReadOnlyList{int}}, int, string)"/>
    public RowBatches<TRow> NodeVectors(string name, string of, int width, Func<TRow, IReadOnlyList<float[]>> vectors)
    {
        RequireWidth(name, width);
        Require(name, of, "names nodes of", "trees", column => column.Kind == ColumnKind.Trees);
        return Added(name, ColumnKind.Nodes, null, [name], null, set =>
        {
            float[][] values = [.. set.Each(name, vectors).Select((row, i) => Joined(name, set.Numbers[i], width, row))];
            return new NodeValues(
                name, of, set.Numbers, [.. values.Select(row => row.Length / width)], forest => forest.Vectors(values, width));
        });
    }

    private RowBatches<TRow> AddedTrees(
        string name, int arity, int places, Func<TRow, int> length, Func<TRow, IReadOnlyList<IReadOnlyList<int>>> children)
    {
        if (arity < 0 || places < 0)
        {
            throw new ArgumentException(
                $"The trees '{name}' have arity {arity} and {places} places, wanted 0 or more of each (correct them)");
        }

        string[] inputs = [.. new[] { "own", "parent", "lengths", "leaf" }.Concat(Enumerable.Range(0, arity).Select(k => "child" + k))
            .Select(part => $"{name}.{part}")];
        return Added(
            name, ColumnKind.Trees, null, inputs, length, set =>
                new TreeValues(name, set.Numbers, set.Each(name, children), arity, places));
    }

    private RowBatches<TRow> AddedVector(string name, int width, Func<RowSet<TRow>, ReadOnlyMemory<float>[]> read)
    {
        RequireWidth(name, width);
        return Added(name, ColumnKind.Row, null, [name], null, set =>
        {
            ReadOnlyMemory<float>[] values = read(set);
            var joined = new float[values.Length * width];
            for (int row = 0; row < values.Length; row++)
            {
                RequireWidth(name, set.Numbers[row], 0, values[row].Length, width);
                values[row].Span.CopyTo(joined.AsSpan(row * width));
            }

            return new RowValues(name, BatchInput.Of(joined, values.Length, width));
        });
    }

    private RowBatches<TRow> AddedVectors(
        string name, int width, string axis, Func<TRow, int> length, Func<RowSet<TRow>, ReadOnlyMemory<float>[]> read)
    {
        RequireWidth(name, width);
        return Added(name, ColumnKind.Sequence, axis, [name], length, set =>
        {
            ReadOnlyMemory<float>[] values = read(set);
            int ragged = Array.FindIndex(values, row => row.Length % width != 0);
            if (ragged >= 0)
            {
                throw new BatchException(
                    $"Row {set.Numbers[ragged]} has {values[ragged].Length} numbers of '{name}', wanted a multiple of {width}, the width " +
                    $"(give {width} for each step)");
            }

            return new SequenceValues(
                name, axis, [.. values.Select(row => row.Length / width)], steps => Padding.Vectors(values, width, steps));
        });
    }

    private static float[] Joined(string name, int number, int width, IReadOnlyList<float[]> vectors)
    {
        for (int step = 0; step < vectors.Count; step++)
            RequireWidth(name, number, step, vectors[step].Length, width);
        return [.. vectors.SelectMany(vector => vector)];
    }

    private static void RequireWidth(string name, int number, int step, int found, int width)
    {
        if (found != width)
        {
            throw new BatchException(
                $"Row {number} has {found} numbers in vector {step} of '{name}', wanted {width}, the width (give vectors of one width)");
        }
    }

    private static void RequireWidth(string name, int width)
    {
        if (width < 1)
            throw new ArgumentException($"The width of '{name}' is {width}, wanted at least 1 (give the numbers of one vector)");
    }
}
