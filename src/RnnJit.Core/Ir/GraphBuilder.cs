using RnnJit.Ops;

namespace RnnJit.Ir;

/// <summary>Builds a graph node by node. Types are inferred as nodes are added; unknown dimensions are unified.</summary>
public sealed class GraphBuilder
{
    private readonly List<Port> inputs = [];
    private readonly List<int> inputIds = [];
    private readonly List<(Op Op, int[] Operands, TensorType[] Results)> nodes = [];
    private readonly List<TensorType> types = [];
    private readonly List<(int Node, int Result)> definitions = [];
    private readonly List<int> firstResults = [];
    private readonly Dictionary<(long Bits, ElementType), Value> constants = [];
    private readonly Dictionary<int, string> names = [];

    public DimContext Dims { get; } = new();

    /// <summary>The number of nodes beyond which <see cref="AddMany"/> throws RNNJ204; a loop without end would fill memory.</summary>
    internal int MostNodes { get; init; } = 4_000_000;

    public int ValueCount => types.Count;

    public TensorType TypeOf(Value value) => Dims.Resolve(types[value.Id]);

    /// <summary>Adds an input. In the finished graph inputs come first, in the order in which they were added.</summary>
    public Value Input(string name, TensorType type, PortRole role = PortRole.Input, string init = "")
    {
        inputIds.Add(types.Count);
        inputs.Add(new Port(name, type, role, init));
        return Define(type, -1, inputs.Count - 1);
    }

    /// <summary>Adds the inputs of another graph, names, roles and initialisers included. Returns room for all values of that graph by
    /// number, its inputs filled in.</summary>
    public Value[] Inputs(Graph graph)
    {
        var values = new Value[graph.Values.Count];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            Port port = graph.Inputs[i];
            values[i] = Input(port.Name, port.Type, port.Role, port.Init);
        }

        return values;
    }

    /// <summary>A scalar; the same scalar is one value.</summary>
    public Value Constant(double value, ElementType element = ElementType.F32)
    {
        // 0 and −0 are equal as numbers, not as values.
        long bits = BitConverter.DoubleToInt64Bits(value);
        if (!constants.TryGetValue((bits, element), out Value? constant))
            constants[(bits, element)] = constant = Append(new ConstantOp(value, new TensorType(element)), [])[0];

        return constant;
    }

    /// <summary>Adds a node with one result.</summary>
    public Value Add(Op op, params Value[] operands) => AddMany(op, operands)[0];

    /// <summary>Adds a node; a scalar constant that the graph has already is returned instead of a second node.</summary>
    /// <exception cref="GraphException">The operands do not fit the op. RNNJ204: there are too many nodes. RNNJ210: a result has too many
    /// axes. RNNJ205: the caller's recursion is too deep.</exception>
    public Value[] AddMany(Op op, params Value[] operands) =>
        op is ConstantOp { Type.Rank: 0 } scalar ? [Constant(scalar.Value, scalar.Type.Element)] : Append(op, operands);

    /// <summary>Adds a node whose result types are known.</summary>
    internal Value[] AddKnown(Op op, Value[] operands, TensorType[] results) =>
        op is ConstantOp { Type.Rank: 0 } scalar ? [Constant(scalar.Value, scalar.Type.Element)] : Append(op, operands, results);

    private Value[] Append(Op op, Value[] operands, TensorType[]? known = null)
    {
        foreach (Value operand in operands)
        {
            if (operand.Builder != this)
                throw new InvalidOperationException($"An operand of '{op.Name}' belongs to another graph");
        }

        if (nodes.Count >= MostNodes)
            throw new GraphException("RNNJ204",
                $"A graph has more than {MostNodes} nodes (end the loop that adds '{op.Name}', or make it shorter)");
        if (!StackDepth.IsSufficient())
            throw new GraphException("RNNJ205",
                $"'{op.Name}' is added with no stack left (end the recursion around it, or write it as a loop)");
        TensorType[] results = known ?? op.Infer(Types(operands), Dims);
        nodes.Add((op, Array.ConvertAll(operands, operand => operand.Id), results));
        var made = new Value[results.Length];
        for (int result = 0; result < made.Length; result++)
            made[result] = Define(results[result], nodes.Count - 1, result);
        return made;
    }

    private TensorType[] Types(Value[] values)
    {
        var found = new TensorType[values.Length];
        for (int i = 0; i < found.Length; i++)
            found[i] = TypeOf(values[i]);
        return found;
    }

    /// <summary>Names a value for readers; names are no part of the graph.</summary>
    public Value Label(Value value, string name)
    {
        names[value.Id] = name;
        return value;
    }

    /// <summary>Copies the nodes of a graph; <paramref name="arguments"/> stand for its inputs. Returns all
    /// values of the graph by number.</summary>
    public Value[] Inline(Graph graph, Value[] arguments)
    {
        var values = new Value[graph.Values.Count];
        Array.Copy(arguments, values, graph.Inputs.Count);
        for (int n = 0; n < graph.Nodes.Count; n++)
            InlineNode(graph, n, values);

        return values;
    }

    /// <summary>Copies one node; its operands are looked up in <paramref name="values"/>, its results are put there.</summary>
    public void InlineNode(Graph graph, int node, Value[] values)
    {
        Node copied = graph.Nodes[node];
        int first = graph.Values.FirstResult(node);
        if (copied.Op is ConstantOp { Type.Rank: 0 } scalar)
        {
            values[first] = Constant(scalar.Value, scalar.Type.Element);
            return;
        }

        // A node copied with operands of unchanged types has unchanged result types, so type inference is skipped.
        var operands = new Value[copied.Operands.Count];
        bool same = !Dims.IsBound;
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i] = values[copied.Operands[i]];
            same = same && operands[i].Builder == this && types[operands[i].Id] == graph.Values.Type(copied.Operands[i]);
        }

        Value[] results = Append(copied.Op, operands, same ? copied.Results.ToArray() : null);
        for (int r = 0; r < results.Length; r++)
        {
            values[first + r] = results[r];
            if (graph.LocalNames.TryGetValue(first + r, out string? name))
                Label(results[r], name);
        }
    }

    /// <summary>Which op and result defines a value; null for inputs.</summary>
    public (Op Op, int[] Operands)? Definition(Value value)
    {
        int node = definitions[value.Id].Node;
        return node < 0 ? null : (nodes[node].Op, nodes[node].Operands);
    }

    public Value At(int id) => new(this, id);

    /// <summary>Finishes the graph: unknown dimensions are replaced by their unified values, scalars move to their first use, unused nodes
    /// stay.</summary>
    public Graph Build(string kind, string name, IEnumerable<(string Name, Value Value, OutputRole Role)> outputs, TypeMap? rename = null)
    {
        var named = outputs.ToArray();
        bool same = rename is null && !Dims.IsBound;
        TypeMap map = TypeMap.OfDims(dim => rename is null ? Dims.Resolve(dim) : rename.Map(Dims.Resolve(dim)));
        int[] newId = Enumerable.Repeat(-1, types.Count).ToArray();
        for (int i = 0; i < inputs.Count; i++)
            newId[inputIds[i]] = i;
        var ordered = new List<Node>(nodes.Count);
        int next = inputs.Count;

        void Place(int node)
        {
            var (op, operands, results) = nodes[node];
            foreach (int operand in operands)
                PlaceScalar(operand);
            int first = firstResults[node];
            for (int r = 0; r < results.Length; r++)
                newId[first + r] = next++;
            ordered.Add(Renumbered(op, operands, results, newId, same ? null : map));
        }

        void PlaceScalar(int id)
        {
            if (newId[id] < 0 && definitions[id].Node is int node and >= 0 && IsScalar(node))
                Place(node);
        }

        for (int node = 0; node < nodes.Count; node++)
        {
            if (!IsScalar(node))
                Place(node);
        }

        foreach (var (_, value, _) in named)
            PlaceScalar(value.Id);

        return new Graph(
            kind,
            name,
            inputs.Select(port => port with { Type = map.Map(port.Type) }).ToEquatable(),
            ordered.ToEquatable(),
            EquatableArray.Owning(Array.ConvertAll(named, output => new Output(output.Name, newId[output.Value.Id], output.Role))))
        {
            LocalNames = LocalNames(newId),
        };
    }

    private Dictionary<int, string> LocalNames(int[] newId)
    {
        var local = new Dictionary<int, string>();
        foreach (var pair in names)
        {
            if (newId[pair.Key] >= 0)
                local.Add(newId[pair.Key], pair.Value);
        }

        return local;
    }

    private static Node Renumbered(Op op, int[] operands, TensorType[] results, int[] newId, TypeMap? map)
    {
        var read = new int[operands.Length];
        for (int i = 0; i < read.Length; i++)
            read[i] = newId[operands[i]];
        return map is null
            ? new Node(op, EquatableArray.Owning(read), EquatableArray.Owning(results))
            : new Node(op.Map(map), EquatableArray.Owning(read), results.Select(map.Map).ToEquatable());
    }

    private bool IsScalar(int node) => nodes[node].Op is ConstantOp { Type.Rank: 0 };

    private Value Define(TensorType type, int node, int result)
    {
        TensorType.RequireAxes(type.Rank);
        if (node >= 0 && result == 0)
            firstResults.Add(types.Count);
        types.Add(type);
        definitions.Add((node, result));
        return new Value(this, types.Count - 1);
    }
}
