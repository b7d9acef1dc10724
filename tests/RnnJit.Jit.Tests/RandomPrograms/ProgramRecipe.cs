using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;
using RnnJit.Passes;

namespace RnnJit.Jit.Tests.RandomPrograms;

/// <summary>One or two random cells over time, with what surrounds them in a network.</summary>
/// <param name="Embedding">x is looked up in a table.</param>
/// <param name="Head">The loss has the cross-entropy of a linear head.</param>
/// <param name="Backward">Derivatives of the loss with respect to everything are outputs too.</param>
/// <param name="Lengths">Null, or the length of each row.</param>
internal sealed record ProgramRecipe(int Seed, CellRecipe[] Layers, bool Reverse, bool Embedding, bool Head, bool Backward, int[]? Lengths,
    IReadOnlyDictionary<string, int> Sizes)
{
    // The cell's own letters, and those of the Program for each layer.
    private static readonly Dictionary<string, string>[] Letters =
        [new() { ["H"] = "H", ["P"] = "P", ["S"] = "S" }, new() { ["H"] = "G", ["P"] = "Q", ["S"] = "S" }];

    public bool IsSmooth => Layers.All(layer => layer.IsSmooth);

    /// <summary>The Program without derivatives.</summary>
    public Graph Forward(Func<Op, Op>? sabotage = null)
    {
        var builder = new GraphBuilder();
        Value? lengths = Lengths is null ? null : builder.Input("lengths", new TensorType(ElementType.I32, "B"));
        Value x =
            builder.Input("x", Embedding ? new TensorType(ElementType.I32, "T", "B") : new TensorType(ElementType.F32, "T", "B", "X"));
        Value? table = Embedding ? builder.Input("table", new TensorType(ElementType.F32, "V", "X"), PortRole.Parameter) : null;
        CellDefinition[] cells = Layers.Select(layer => layer.Build(sabotage)).ToArray();
        var given = new List<Dictionary<string, Value>>();
        Dim width = "X";
        for (int l = 0; l < cells.Length; l++)
        {
            TypeMap map = TypeMap.OfSymbols(Letters[l].ToDictionary(pair => pair.Key, pair => Dim.Symbol(pair.Value))
                .Append(new("X", width)).ToDictionary(pair => pair.Key, pair => pair.Value));
            given.Add(cells[l].Step.Inputs.Where(port => port.Role != PortRole.Input).ToDictionary(
                port => port.Name, port => builder.Input($"{port.Name}_{l}", map.Map(port.Type),
                    port.Role == PortRole.Parameter ? PortRole.Parameter : PortRole.Input)));
            width = map.Map(cells[l].Step.Values.Type(cells[l].LayerOutput.Value)).Dims[1];
        }

        Value? head = Head ? builder.Input("head", new TensorType(ElementType.F32, "V", width), PortRole.Parameter) : null;
        Value? targets = Head ? builder.Input("targets", new TensorType(ElementType.I32, "T", "B")) : null;
        Value dy = builder.Input("dy", new TensorType(ElementType.F32, "T", "B", 1));
        Value sequence = Embedding ? Rnn.Gather(new Matrix(table!), new Indices(x)) : x;
        var outputs = new List<(string, Value, OutputRole)>();
        Value? loss = null;
        void Add(Value term) => loss = loss is null ? term : loss + term;
        for (int l = 0; l < cells.Length; l++)
        {
            given[l]["x"] = sequence;
            var (finals, sequences) = CellScan.Apply(builder, cells[l], given[l], "T", Reverse ^ (l == 1), lengths);
            sequence = sequences[cells[l].LayerOutput.Name];
            for (int s = 0; s < finals.Length; s++)
            {
                outputs.Add(($"{CellRecipe.StateName(s)}_last_{l}", finals[s], OutputRole.Result));
                Add(Rnn.Total(finals[s]));
            }

            foreach (var (name, value) in sequences.Where(pair => l == cells.Length - 1 || pair.Key != cells[l].LayerOutput.Name))
            {
                outputs.Add(($"{name}_{l}", value, OutputRole.Result));
                Add(Rnn.Total(value * dy));
            }
        }

        if (Head)
            Add(Rnn.TotalMean(Rnn.CrossEntropy(new Matrix(head!) * sequence, new Indices(targets!))));
        outputs.Add(("loss", loss!, OutputRole.Result));
        return builder.Build("program", "random", outputs);
    }

    /// <summary>The Program that is compiled.</summary>
    public Graph Program(Func<Op, Op>? sabotage = null)
    {
        Graph forward = Forward(sabotage);
        return Backward ? Differentiate.Run(forward, "loss",
            forward.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name).ToArray()) : forward;
    }

    /// <summary>Tame numbers that float32 holds exactly; another draw differs in all that is real.</summary>
    public Dictionary<string, NdArray> Draw(Graph program, int draw)
    {
        var random = new Random((Seed * 31) + draw);
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            var array = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(Sizes)).ToArray());
            double scale = port.Role == PortRole.Parameter && array.Rank > 1 ? 1.2 / Math.Sqrt(array.Length / array.Shape[0]) : 0.7;
            for (int i = 0; i < array.Length; i++)
            {
                array.Data[i] = port.Name == "lengths" ? Lengths![i]
                    : port.Type.Element == ElementType.I32 ? random.Next(Sizes["V"])
                    : (float)(scale * ((2 * random.NextDouble()) - 1));
            }

            return array;
        });
    }

    public override string ToString() =>
        $"seed {Seed}: {string.Join(", ", Sizes.Select(pair => $"{pair.Key} = {pair.Value}"))}"
            + $"{(Lengths is null ? "" : $", lengths {string.Join(' ', Lengths)}")}";
}
