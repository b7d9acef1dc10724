using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Cells;

/// <summary>Layer normalisation of any cell. Gains start at 1, shifts at 0.</summary>
internal sealed class LayerNorm
{
    private readonly CellDefinition cell;
    private readonly double epsilon;
    private readonly StepReading reading;
    private readonly StepRewrite rewrite;
    private readonly Dictionary<int, Func<Value>> replaced = [];
    private readonly Dictionary<int, Value> raw = [];

    private LayerNorm(CellDefinition cell, double epsilon)
    {
        (this.cell, this.epsilon) = (cell, epsilon);
        reading = new StepReading(cell.Step);
        rewrite = new StepRewrite(cell);
    }

    private Graph Step => cell.Step;

    public static CellDefinition Run(CellDefinition cell, LayerNormForm form, double epsilon)
    {
        var norm = new LayerNorm(cell, epsilon);
        if (form == LayerNormForm.Preactivations)
            norm.OfPreactivations();
        else
            norm.OfProducts(form == LayerNormForm.Sums);
        if (norm.replaced.Count == 0)
            throw new GraphException("RNNJ166",
                $"No product of cell '{cell.Name}' reads a trained matrix, so layer normalisation has no place there (leave it away)");
        norm.OfStates();
        norm.rewrite.Replace = node => norm.replaced.TryGetValue(node, out Func<Value>? made) ? made() : null;
        return norm.rewrite.Finish((output, value) =>
            form != LayerNormForm.Preactivations && output.Role == OutputRole.Next
                && norm.raw.TryGetValue(output.Value, out Value? carried) ? carried : value);
    }

    // Products that read the same data are one: [Wi x, Wf x, Wg x, Wo x] is normalised over all 4H (equations 20 to 22 of the paper's
    // supplement). By sums, products are one only if the sums that they are in read the same data.
    private void OfProducts(bool bySums)
    {
        Dictionary<int, string> data = reading.Products.ToDictionary(Step.Values.FirstResult,
            node => string.Join(" ", Step.Nodes[node].Operands.Where(operand => !reading.IsTrained(operand))));
        foreach (var group in reading.Products.GroupBy(node => (data[Step.Values.FirstResult(node)],
            bySums ? Summed(Step.Values.FirstResult(node), data) : "")).ToArray())
        {
            int[] nodes = group.ToArray();
            TensorType[] types = nodes.Select(Type).ToArray();
            Dim width = types.Select(type => type.Dims[1]).Aggregate((a, b) => a + b);
            int source = reading.Source(Step.Nodes[nodes[0]].Operands.First(operand => !reading.IsTrained(operand)));
            string name = source >= 0 ? Step.Inputs[source].Name : "product";
            Value gain = Parameter(name + "_gain", "ones", width), shift = Parameter(name + "_shift", "zeros", width);
            Value? whole = null;
            Dim start = 0;
            foreach (int node in nodes)
            {
                Dim from = start, length = Type(node).Dims[1];
                replaced[node] = () =>
                {
                    whole ??= (Moments.Normalised(Together(nodes.Select(product => rewrite.Copy(product)[0]).ToArray()), 1, epsilon) * gain)
                        + shift;
                    return nodes.Length == 1 ? whole : rewrite.Builder.Add(new SliceOp(1, from, length), whole);
                };
                start += length;
            }
        }
    }

    // The data of all products in the sum that a product is in.
    private string Summed(int product, Dictionary<int, string> data)
    {
        int root = Root(product);
        return string.Join(", ", Leaves(root, root).Where(data.ContainsKey).Select(leaf => data[leaf]).Distinct()
            .OrderBy(name => name, StringComparer.Ordinal));
    }

    // Wx + Uh + b ⇒ LN(Wx + Uh) + b: the products of each sum are normalised together; without a bias the norm has a shift of its own.
    private void OfPreactivations()
    {
        var products = new HashSet<int>(reading.Products.Select(node => Step.Values.FirstResult(node)));
        foreach (int root in products.Select(Root).Distinct().OrderBy(value => value).ToArray())
        {
            int[] leaves = Leaves(root, root).ToArray();
            int[] summed = leaves.Where(products.Contains).ToArray(), others = leaves.Where(leaf => !products.Contains(leaf)).ToArray();
            int bias = others.Where(reading.IsTrained).Select(reading.FirstParameter).Append(-1).First();
            string name = bias >= 0 ? Step.Inputs[bias].Name : Step.Inputs[Step.Nodes[Step.Values.Node(summed[0])].Operands
                .Select(reading.FirstParameter).First(parameter => parameter >= 0)].Name;
            Dim width = Step.Values.Type(root).Dims[1];
            Value gain = Parameter(name + "_gain", "ones", width);
            Value? shift = bias >= 0 ? null : Parameter(name + "_shift", "zeros", width);
            replaced[Step.Values.Node(root)] = () =>
            {
                Value sum = summed.Select(leaf => products.Contains(root) ? rewrite.Copy(Step.Values.Node(leaf))[0] : rewrite.Get(leaf))
                    .Aggregate((a, b) => a + b);
                Value result = Moments.Normalised(sum, 1, epsilon) * gain;
                if (shift is not null)
                    result += shift;
                return others.Aggregate(result, (a, leaf) => a + rewrite.Get(leaf));
            };
        }
    }

    // A new state that the step itself reads, as in h' = o ⊙ tanh c', is normalised for that reader. A state with a log scale is left as it
    // is: its reader divides it by another one of that scale, which with mean 0 would be no divisor.
    private void OfStates()
    {
        var logScale = new LogScale(Step);
        foreach (Output output in Step.Outputs.Where(output => output.Role == OutputRole.Next).ToArray())
        {
            int state = Step.InputIndex(output.Name), node = Step.Values.Node(output.Value);
            if (node < 0 || raw.ContainsKey(output.Value) || !reading.Readers(output.Value).Any()
                || !StateUpdate.Exists(cell, state, output.Value) || logScale.Of(state) >= 0)
                continue;
            Dim width = Step.Inputs[state].Type.Dims[1];
            Value gain = Parameter(output.Name + "_state_gain", "ones", width),
                shift = Parameter(output.Name + "_state_shift", "zeros", width);
            replaced.TryGetValue(node, out Func<Value>? before);
            replaced[node] = () =>
            {
                Value next = before is null ? rewrite.Copy(node)[0] : before();
                raw[output.Value] = next;
                return (Moments.Normalised(next, 1, epsilon) * gain) + shift;
            };
        }
    }

    private TensorType Type(int node) => Step.Nodes[node].Results[0];

    private Value Parameter(string name, string init, Dim width) =>
        rewrite.Input(name, new TensorType(ElementType.F32, width), PortRole.Parameter, init);

    private static Value Together(Value[] parts) => parts.Length == 1 ? parts[0] : Rnn.Concat(parts);

    // Upwards through sums that are read once.
    private int Root(int value)
    {
        while (Only(value) is { } reader && Step.Nodes[reader].Op is AddOp && Type(reader) == Step.Values.Type(value))
            value = Step.Values.FirstResult(reader);
        return value;
    }

    private IEnumerable<int> Leaves(int value, int root)
    {
        StackDepth.Require(Step);
        int node = Step.Values.Node(value);
        return node >= 0 && Step.Nodes[node].Op is AddOp && (value == root || Only(value) is not null)
            ? Step.Nodes[node].Operands.SelectMany(operand => Leaves(operand, root))
            : [value];
    }

    private int? Only(int value)
    {
        int[] readers = reading.Readers(value).ToArray();
        return readers.Length == 1 && Step.Nodes[readers[0]].Operands.Count(operand => operand == value) == 1
            && Step.Outputs.All(output => output.Value != value) ? readers[0] : null;
    }
}
