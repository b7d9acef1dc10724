using RnnJit.Ir;

namespace RnnJit.Cells;

/// <summary>
/// Turns a signature into symbolic arguments, and the results of <c>Step</c> on them into a cell. Both doors use it: the generator
/// interprets the source with these arguments, the runtime calls the method with them, so the two give the same graph.
/// </summary>
public sealed class CellTrace
{
    private readonly CellSignature signature;
    private readonly Dictionary<string, Value> values = [];

    /// <exception cref="GraphException">RNNJ0xx: the signature is no cell's.</exception>
    public CellTrace(CellSignature signature)
    {
        this.signature = signature;
        States = FindStates();
        Arguments = signature.Parameters.Select(Argument).ToArray();
    }

    /// <summary>The arguments with which <c>Step</c> is called: Value, Matrix, Vector, Tensor3, Indices, or a boxed double.</summary>
    public object[] Arguments { get; }

    /// <summary>The parameters that are states, in the order of the signature.</summary>
    public IReadOnlyList<string> States { get; }

    public GraphBuilder Builder { get; } = new() { MostNodes = MostNodes };

    // A step of a thousand LSTM units written out has some twenty thousand.
    private const int MostNodes = 100_000;

    /// <summary>Makes the cell from the values that <c>Step</c> returned.</summary>
    /// <exception cref="GraphException">RNNJ013: a returned value has another shape than its state.</exception>
    public CellDefinition Finish(IReadOnlyList<Value> results)
    {
        string[] names = ResultNames();
        if (results.Count != names.Length)
            throw new GraphException("RNNJ012",
                $"Cell '{signature.Name}': Step returns {results.Count} values but names {names.Length} (name every element of the tuple)");

        foreach (string state in States)
        {
            Value next = results[Array.IndexOf(names, state)], previous = values[state];
            if (next.Type.Rank != previous.Type.Rank
                || next.Type.Dims.Where((dim, axis) => !Builder.Dims.Unify(dim, previous.Type.Dims[axis])).Any())
                throw new GraphException("RNNJ013",
                    $"Cell '{signature.Name}': the new '{state}' is {next.Type} but the state is {previous.Type} "
                        + $"({CellMessages.SameShape(next.Type, previous.Type)})");
        }

        var outputs = States.Select(state => (state, results[Array.IndexOf(names, state)], OutputRole.Next)).ToList();
        outputs.AddRange(names.Select((name, i) => (name, results[i], OutputRole.Result)).Where(output => !States.Contains(output.name)));
        Graph step = Builder.Build("cell", signature.Name, outputs, NameDims());
        return new CellDefinition(CellInit.Complete(step));
    }

    private string[] ResultNames() => signature.Results.Count > 0 ? signature.Results.ToArray() : [States[0]];

    private IReadOnlyList<string> FindStates()
    {
        string[] candidates =
            signature.Parameters.Where(parameter => parameter.Kind == ParameterKind.Value).Select(parameter => parameter.Name).ToArray();
        if (candidates.Length == 0)
            throw new GraphException("RNNJ010",
                $"Cell '{signature.Name}': Step has no Value parameter (write for instance Step(Value x, Value h, Matrix W))");
        if (signature.Results.Count == 0)
            return [candidates[candidates.Length - 1]];

        string[] states = candidates.Where(name => signature.Results.Contains(name)).ToArray();
        return states.Length > 0
            ? states
            : throw new GraphException("RNNJ011",
                $"Cell '{signature.Name}': no returned element has the name of a Value parameter, found {signature.Results} "
                    + "(name the new state like the old one)");
    }

    private object Argument(CellParameter parameter)
    {
        Dim batch = Dim.Symbol("B");
        Dim[] Named(int rank) => Enumerable.Range(0, rank)
            .Select(axis => axis < parameter.Dims.Count ? Dim.Parse(parameter.Dims[axis]) : Builder.Dims.Unknown()).ToArray();
        if (MostDims(parameter.Kind) is { } most && parameter.Dims.Count > most)
            throw new GraphException("RNNJ018", CellMessages.SurplusDims(signature.Name, parameter, most));
        Value Add(PortRole role, params Dim[] dims) =>
            values[parameter.Name] = Builder.Input(parameter.Name, new TensorType(ElementType.F32, dims), role, parameter.Init);
        PortRole trained = parameter.IsGiven ? PortRole.PerSequence : PortRole.Parameter;

        switch (parameter.Kind)
        {
            case ParameterKind.Value:
                return Add(States.Contains(parameter.Name) ? PortRole.State : PortRole.Input, [batch, .. Named(1)]);
            case ParameterKind.PerSequence:
                return Add(PortRole.PerSequence, [batch, .. Named(Math.Max(parameter.Dims.Count, 1))]);
            case ParameterKind.Indices:
                return new Indices(Builder.Input(parameter.Name, new TensorType(ElementType.I32, batch), PortRole.Input));
            case ParameterKind.Matrix:
                return new Matrix(Add(trained, Named(2)));
            case ParameterKind.Vector:
                return new Vector(Add(trained, Named(1)));
            case ParameterKind.Tensor3:
                return new Tensor3(Add(trained, Named(3)));
            default:
                return parameter.Number;
        }
    }

    // How many dimensions have names of the user's; the batch of a Value is B. Null: as many as are named.
    private static int? MostDims(ParameterKind kind) => kind switch
    {
        ParameterKind.PerSequence => null,
        ParameterKind.Value or ParameterKind.Vector => 1,
        ParameterKind.Matrix => 2,
        ParameterKind.Tensor3 => 3,
        _ => 0,
    };

    /// <summary>Names for the unknown dimensions: H for states, X for inputs, S for inputs per sequence, D for all others.</summary>
    public TypeMap NameDims()
    {
        var names = new Dictionary<string, Dim>(StringComparer.Ordinal);
        var taken = new HashSet<string>(values.Values.SelectMany(value => value.Type.Dims).SelectMany(dim => dim.Terms)
            .Select(term => term.Symbol).Where(symbol => symbol[0] != '?'));
        void Name(IEnumerable<CellParameter> parameters, string letter)
        {
            foreach (Dim dim in parameters.SelectMany(parameter => values[parameter.Name].Type.Dims))
            {
                foreach (var (symbol, _) in dim.Terms.Where(term => term.Symbol[0] == '?' && !names.ContainsKey(term.Symbol)))
                {
                    string name = letter;
                    for (int i = 2; !taken.Add(name); i++)
                        name = letter + i;
                    names[symbol] = Dim.Symbol(name);
                }
            }
        }

        var named = signature.Parameters.Where(parameter => values.ContainsKey(parameter.Name)).ToArray();
        Name(named.Where(parameter => States.Contains(parameter.Name)), "H");
        Name(named.Where(parameter => parameter.Kind == ParameterKind.Value), "X");
        Name(named.Where(parameter => parameter.Kind == ParameterKind.PerSequence), "S");
        Name(named, "D");
        return TypeMap.OfSymbols(names);
    }
}
