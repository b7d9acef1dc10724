using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

/// <summary>All tensors that another library has for a model, in its order and under its names.</summary>
internal sealed class ForeignMap
{
    private readonly Graph program;
    private readonly string library;
    private readonly Dictionary<string, int[]> shapes;
    private readonly HashSet<string> left;
    private readonly List<ForeignTensor> tensors = [];

    // What a loop reads is no matrix of a dense layer, whatever its name.
    private readonly HashSet<string> inLoops;

    /// <param name="library">The other library's name, for messages.</param>
    /// <exception cref="GraphException">A size is missing or out of range.</exception>
    public ForeignMap(string library, Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        (this.library, this.program) = (library, program);
        shapes = program.Inputs.Where(port => port.Role == PortRole.Parameter)
            .ToDictionary(port => port.Name, port => SizeCheck.Shape(port.Type, sizes), StringComparer.Ordinal);
        left = [.. shapes.Keys];
        inLoops = [.. program.Nodes.Where(node => node.Op is ScanOp).SelectMany(node => node.Operands)
            .Where(operand => operand < program.Inputs.Count).Select(operand => program.Inputs[operand].Name)];
        Groups = RecurrentGroup.Of(program, sizes);
    }

    /// <summary>The other library's name.</summary>
    public string Library => library;

    public IReadOnlyList<ForeignTensor> Tensors => tensors;

    public IReadOnlyList<RecurrentGroup> Groups { get; }

    /// <summary>The shape of a parameter.</summary>
    public int[] Shape(string parameter) => shapes[parameter];

    /// <summary>The parameters that no tensor has yet, in the order of the Program.</summary>
    public IEnumerable<string> Left =>
        program.Inputs.Where(port => port.Role == PortRole.Parameter && left.Contains(port.Name)).Select(port => port.Name);

    public IReadOnlyList<WeightPlace> ToPlaces() =>
        [.. tensors.Select(tensor => new WeightPlace(tensor.Name, tensor.Shape, tensor.Places))];

    public void Add(string name, int[] shape, params IReadOnlyList<ForeignPart> parts)
    {
        if (tensors.Any(tensor => tensor.Name == name))
            throw new ForeignWeightsException(
                $"Two parameters of '{program.Name}' would be called '{name}' in {library} (give the layers other names)");
        tensors.Add(new ForeignTensor(name, shape, parts));
        foreach (ForeignPart part in parts)
            left.Remove(part.Parameter);
    }

    /// <summary>Adds dense layers and embeddings, and refuses what is left.</summary>
    /// <param name="weight">The name of the matrix of the layer of that name.</param>
    /// <param name="table">The name of the table of the embedding of that name.</param>
    /// <param name="transposed">True where the other library has the matrix of a dense layer as [X, outputs].</param>
    public void AddOthers(Func<string, string> weight, Func<string, string> bias, Func<string, string> table, bool transposed)
    {
        foreach (string name in Left.Where(name => !inLoops.Contains(name)).ToArray())
        {
            int[] shape = shapes[name];
            if (name.EndsWith(".table", StringComparison.Ordinal) && shape.Length == 2)
            {
                Add(table(name[..^6]), shape, new ForeignPart(name, 0, 0));
                continue;
            }

            if (!name.EndsWith(".W", StringComparison.Ordinal) || shape.Length != 2)
                continue;
            string layer = name[..^2];
            Add(weight(layer), transposed ? [shape[1], shape[0]] : shape, new ForeignPart(name, 0, 0, transposed));
            if (left.Contains(layer + ".b") && shapes[layer + ".b"] is [int width] && width == shape[0])
                Add(bias(layer), [width], new ForeignPart(layer + ".b", 0, 0));
        }

        if (Left.FirstOrDefault() is { } unknown)
            throw new ForeignWeightsException(
                $"Parameter '{unknown}' [{string.Join(", ", shapes[unknown])}] of '{program.Name}' has no place in {library} "
                    + "(layers of Lstm, LstmProjected, GruResetAfter, Elman and ElmanRelu, dense layers and embeddings have one)");
    }
}
