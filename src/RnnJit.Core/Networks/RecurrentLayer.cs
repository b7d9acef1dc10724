using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>What a recurrent layer gives.</summary>
public sealed class RecurrentLayer
{
    private readonly string name;
    private readonly Merge merge;

    internal RecurrentLayer(string name, Merge merge, IReadOnlyList<Value> directions, IReadOnlyList<Value?> lasts, IReadOnlyDictionary<string, Value> finals)
    {
        (this.name, this.merge) = (name, merge);
        Directions = directions;
        Lasts = lasts;
        Finals = finals;
    }

    /// <summary>The outputs of each direction, [T, B, H], forward first, in the order of time.</summary>
    public IReadOnlyList<Value> Directions { get; }

    /// <summary>Final states by name, [B, H]: <c>h</c>, <c>c</c>; of the backward direction of two <c>reverse.h</c>, ….</summary>
    public IReadOnlyDictionary<string, Value> Finals { get; }

    /// <summary>All outputs, merged: [T, B, ·].</summary>
    /// <exception cref="GraphException">RNNJ167: two directions stay apart.</exception>
    public Value Output => Merged(Directions);

    /// <summary>The output of the last step that each direction made, merged: [B, ·].</summary>
    /// <exception cref="GraphException">RNNJ167: two directions stay apart, or with lengths or masks the output is no state.</exception>
    public Value Last => Lasts.All(last => last is not null)
        ? Merged(Lasts!)
        : throw new GraphException("RNNJ167", $"The last output of layer '{name}' is not known, because rows end at different steps and its cell's output is no state (let the cell carry it as a state)");

    private IReadOnlyList<Value?> Lasts { get; }

    private Value Merged(IReadOnlyList<Value> parts)
    {
        if (parts.Count == 1)
            return parts[0];

        return merge switch
        {
            Merge.Concat => Rnn.Concat(parts.ToArray()),
            Merge.Sum => parts[0] + parts[1],
            Merge.Product => parts[0] * parts[1],
            Merge.Average => 0.5 * (parts[0] + parts[1]),
            _ => throw new GraphException("RNNJ167", $"The two directions of layer '{name}' stay apart (read Directions, or choose another merge)"),
        };
    }
}
