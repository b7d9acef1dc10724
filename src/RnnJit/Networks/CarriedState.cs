using RnnJit.Ir;
using RnnJit.Runtime;

namespace RnnJit.Networks;

/// <summary>The states of a bound Program: initial ones are inputs, final ones outputs, in the same order.</summary>
public sealed class CarriedState
{
    private readonly Executable executable;
    private readonly (Tensor Initial, Tensor Final)[] pairs;
    private readonly Dictionary<string, int> places;
    private byte[] rowsBefore = [];

    internal CarriedState(Executable executable)
    {
        this.executable = executable;
        Port[] initial = executable.Program.Inputs.Where(port => port.Role == PortRole.State).ToArray();
        Output[] final = executable.Program.Outputs.Where(output => output.Role == OutputRole.Next).ToArray();
        pairs = initial.Zip(final, (port, output) => (executable.Input(port.Name), executable.Output(output.Name))).ToArray();
        Names = [.. initial.Select(port => port.Name)];
        places = Names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
    }

    /// <summary>The names of the initial states, such as <c>layer0.h0</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The initial state at this position, [B, H]; freed with the session or trainer.</summary>
    public Tensor this[int state] => pairs[state].Initial;

    /// <summary>The initial state with this name, [B, H]; freed with the session or trainer.</summary>
    /// <exception cref="UnknownNameException">There is no such state.</exception>
    public Tensor this[string name] => pairs[Place(name)].Initial;

    /// <summary>The final state at this position after the last run, [B, H]; valid until the next run.</summary>
    public Tensor Final(int state) => pairs[state].Final;

    /// <summary>The final state that follows the initial one of that name, after the last run, [B, H]; valid until the next run.</summary>
    /// <exception cref="UnknownNameException">There is no such state.</exception>
    public Tensor Final(string name) => pairs[Place(name)].Final;

    /// <summary>Makes the final states the initial ones of the next run.</summary>
    public void Carry()
    {
        foreach (var (initial, final) in pairs)
            initial.CopyFrom(final);
    }

    /// <summary>Makes all initial states zero.</summary>
    public void Reset()
    {
        foreach (var (initial, _) in pairs)
            initial.Clear();
    }

    /// <summary>Makes one row of the batch zero in every initial state, because the sequence in that row begins anew.</summary>
    /// <param name="row">Row of the batch, from 0 to B − 1.</param>
    /// <exception cref="ArgumentException">The row is outside the batch; nothing is changed.</exception>
    public void Reset(int row)
    {
        foreach (var (initial, _) in pairs)
            Check([row], initial.Shape[0]);
        foreach (var (initial, _) in pairs)
        {
            Span<byte> state = initial.WriteBytes();
            int length = state.Length / initial.Shape[0];
            state.Slice(row * length, length).Clear();
        }
    }

    /// <summary>
    /// Reorders the rows of all initial states: row r becomes the former row rows[r]. A beam search continues from its best hypotheses in
    /// this way. A row may occur several times.
    /// </summary>
    /// <param name="rows">Source row of each row of the batch, [B].</param>
    /// <exception cref="ArgumentException">There is another number of rows, or one is outside the batch; nothing is changed.</exception>
    public void Reorder(ReadOnlySpan<int> rows)
    {
        foreach (var (initial, _) in pairs)
        {
            if (rows.Length != initial.Shape[0])
                throw new ArgumentException(
                    $"{rows.Length} rows are given for a batch of {initial.Shape[0]} (give one for each row of the batch)");
            Check(rows, initial.Shape[0]);
        }

        foreach (var (initial, _) in pairs)
            Move(initial.WriteBytes(), rows);
    }

    /// <summary>The initial states as they are now, which <see cref="Restore"/> takes.</summary>
    internal Tensor[] Kept()
    {
        var kept = new Tensor[pairs.Length];
        for (int i = 0; i < kept.Length; i++)
        {
            Tensor initial = pairs[i].Initial;
            kept[i] = new Tensor(initial.Element, [.. initial.Shape]);
            kept[i].CopyFrom(initial);
        }

        return kept;
    }

    /// <summary>Makes the initial states what they were, and frees what was kept.</summary>
    internal void Restore(Tensor[] kept)
    {
        for (int i = 0; i < kept.Length; i++)
        {
            pairs[i].Initial.CopyFrom(kept[i]);
            kept[i].Dispose();
        }
    }

    private void Move(Span<byte> state, ReadOnlySpan<int> rows)
    {
        if (rowsBefore.Length < state.Length)
            rowsBefore = new byte[state.Length];
        state.CopyTo(rowsBefore);
        int row = state.Length / rows.Length;
        for (int r = 0; r < rows.Length; r++)
            rowsBefore.AsSpan(rows[r] * row, row).CopyTo(state[(r * row)..]);
    }

    private static void Check(ReadOnlySpan<int> rows, int batch)
    {
        foreach (int row in rows)
        {
            if (row < 0 || row >= batch)
                throw new ArgumentException($"Row {row} is named, wanted 0 to {batch - 1} (name rows of the batch)");
        }
    }

    private int Place(string name) =>
        places.TryGetValue(name,
            out int place) ? place : throw new UnknownNameException($"Program '{executable.Program.Name}'", "state", name, Names);
}
