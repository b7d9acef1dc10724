using RnnJit.Ir;

namespace RnnJit.Networks;

/// <summary>The values of a recurrent layer, or of a stack of them. It stands for its output wherever a value is wanted.</summary>
public sealed partial class RecurrentLayer
{
    private readonly string name;
    private readonly Merge merge;
    private readonly Value? output;

    internal RecurrentLayer(
        string name, Merge merge, IReadOnlyList<Value> directions, IReadOnlyList<Value?> lasts, IReadOnlyDictionary<string, Value> finals,
        IReadOnlyDictionary<string, Value> sequences)
    {
        (this.name, this.merge) = (name, merge);
        Directions = directions;
        Lasts = lasts;
        Finals = new NamedValues($"Layer '{name}'", "final state", finals);
        Sequences = new NamedValues($"Layer '{name}'", "sequence", sequences);
        Layers = [this];
    }

    private RecurrentLayer(string name, IReadOnlyList<RecurrentLayer> layers, Value output)
    {
        RecurrentLayer top = layers[layers.Count - 1];
        (this.name, merge, this.output) = (name, top.merge, output);
        (Directions, Finals, Sequences, Layers) = (top.Directions, top.Finals, top.Sequences, layers);
        bool plain = top.Directions.Count == 1 && output.Id == top.Output.Id;
        Lasts = plain ? top.Lasts : [null];
    }

    /// <summary>The outputs of each direction, [T, B, H], forward first, in the order of time; of a stack those of its top layer.</summary>
    public IReadOnlyList<Value> Directions { get; }

    /// <summary>
    /// Final states by name, [B, H]: <c>h</c>, <c>c</c>; of the backward direction of two <c>reverse.h</c>, …. For a stack, the values of
    /// its top layer.
    /// </summary>
    public IReadOnlyDictionary<string, Value> Finals { get; }

    /// <summary>
    /// All that the cell's Step gives, at every step, by the cell's names, [T, B, ·]: states, and results such as the attention <c>a</c>
    /// and the context <c>c</c> of a decoder; of the backward direction of two <c>reverse.a</c>, …. Of a stack those of its top layer.
    /// </summary>
    public IReadOnlyDictionary<string, Value> Sequences { get; }

    /// <summary>The layers of a stack from the bottom; a layer has itself.</summary>
    public IReadOnlyList<RecurrentLayer> Layers { get; }

    /// <summary>All outputs, merged: [T, B, ·].</summary>
    /// <exception cref="GraphException">RNNJ167: two directions stay apart.</exception>
    public Value Output => output ?? Merged(Directions);

    /// <summary>The type of <see cref="Output"/>.</summary>
    public TensorType Type => Output.Type;

    /// <summary>The output of the last step that each direction made, merged: [B, ·].</summary>
    /// <exception cref="GraphException"> RNNJ167: two directions stay apart, with lengths or masks the output is no state, or something
    /// stands between the top layer of a stack and its output.
    /// </exception>
    public Value Last => Lasts.All(last => last is not null)
        ? Merged(Lasts!)
        : throw new GraphException("RNNJ167", output is null
            ? $"The last output of layer '{name}' is not known, because rows end at different steps and its cell's output is no state "
                + "(let the cell carry it as a state)"
            : $"The last output of stack '{name}' is not known, because dropout, a projection, a skip connection or a second direction "
                + "stands behind its top layer (read Layers[^1].Last)");

    private IReadOnlyList<Value?> Lasts { get; }

    internal static RecurrentLayer OfStack(string name, IReadOnlyList<RecurrentLayer> layers, Value output) => new(name, layers, output);

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
            _ => throw new GraphException("RNNJ167",
                $"The two directions of layer '{name}' stay apart (read Directions, or choose another merge)"),
        };
    }
}
