using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Training;

/// <summary>
/// One training step as one Program: masks are drawn, loss and gradients computed, the gradients' norm taken, and parameters, optimiser
/// states, carried states and running statistics replaced where loss and norm are finite. It is appended after the last pass, so that an
/// optimiser is one kernel over all parameters.
/// </summary>
/// <param name="Optimiser">The update of a parameter.</param>
/// <param name="ClipNorm">The largest norm of all gradients together; null for no clipping.</param>
/// <param name="CarryState">True where the next step begins with the final states.</param>
public sealed record TrainingStep(Optimiser Optimiser, double? ClipNorm, bool CarryState)
{
    private const string GradientPrefix = "d_";

    private const string HandedPrefix = "step.of.";

    /// <summary>The part of the step that a Program runs.</summary>
    public StepPart Part { get; init; }

    /// <summary>Input i32[6] of random masks, see <see cref="RandomMaskOp"/>.</summary>
    public const string Random = "step.random";

    /// <summary>Output: the norm of all gradients before clipping.</summary>
    public const string Norm = "step.norm";

    /// <summary>Output: 1 where loss and norm are finite, so that the update was made, else 0.</summary>
    public const string Finite = "step.finite";

    private const string Next = "next.";

    /// <summary>Multiples of the learning rate, by parameter; 1 where none is named.</summary>
    public IReadOnlyDictionary<string, double> Rates { get; init; } = new Dictionary<string, double>();

    /// <summary>Parameters whose gradient <c>d_NAME</c> stays an output of the step.</summary>
    public IReadOnlyCollection<string> Kept { get; init; } = [];

    /// <summary>Multiples of the learning rate that occur in a step, in ascending order.</summary>
    /// <param name="gradients">The Program of the gradients, or the step.</param>
    public double[] Multiples(Graph gradients) =>
        [.. gradients.Inputs.Where(port => port.Role == PortRole.Parameter && gradients.OutputIndex("d_" + port.Name) >= 0)
            .Select(port => MultipleOf(port.Name)).Distinct().OrderBy(multiple => multiple)];

    /// <summary>Name of the input that holds a number of the optimiser.</summary>
    /// <param name="multiple">The multiple of the learning rate that it is computed for.</param>
    public static string Number(string scalar, double multiple = 1) =>
        "step." + scalar + (multiple == 1 ? "" : " x" + multiple.ToString("r", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Name of the input that holds a state of the optimiser for a parameter.</summary>
    public string State(string state, string parameter) => $"{Optimiser.Name}.{state}.{parameter}";

    /// <summary>Name of the input that holds a result of the gradients between the two parts of a step.</summary>
    public static string Handed(string output) => HandedPrefix + output;

    /// <summary>The step, or its part.</summary>
    /// <param name="gradients">Outputs <c>loss</c>, final states, running statistics, and <c>d_NAME</c> for each trained parameter.</param>
    public Graph Append(Graph gradients)
    {
        var builder = new GraphBuilder();
        if (Part == StepPart.Update)
            gradients = HandedOver(gradients);
        Value[] values = WithMasks(gradients, builder);
        for (int n = 0; n < gradients.Nodes.Count; n++)
            builder.InlineNode(gradients, n, values);
        foreach (KeyValuePair<int, string> local in gradients.LocalNames)
            builder.Label(values[local.Key], local.Value);
        return Part == StepPart.Gradients ? Handing(gradients, builder, values) : Update(gradients, builder, values);
    }

    /// <summary>Outputs that alias an input: output name → name of the input that holds the new value after a run.</summary>
    /// <param name="step">The Program that <see cref="Append"/> returned.</param>
    public IReadOnlyDictionary<string, string> Aliases(Graph step)
    {
        if (Part == StepPart.Gradients)
            return step.Outputs.ToDictionary(output => output.Name, output => Handed(output.Name));
        var aliases = step.Outputs.Where(output => output.Name.StartsWith(Next, StringComparison.Ordinal))
            .ToDictionary(output => output.Name, output => output.Name.Substring(Next.Length));
        foreach (var (state, final) in CarryState ? Carried(step) : [])
            aliases.Add(final.Name, state.Name);
        return aliases;
    }

    /// <summary>The update of one item: numbers <c>finite</c>, <c>scale</c> and those of the optimiser, then p, its states and g. Nothing
    /// changes where <c>finite</c> is 0.</summary>
    public static Graph Guarded(Optimiser optimiser, ElementType real = ElementType.F32)
    {
        var builder = new GraphBuilder();
        TensorType tensor = new(real, "R", "N"), number = new(real);
        Graph step = optimiser.Build(real);
        Value finite = builder.Input("finite", number);
        Dictionary<string, Value> inputs = step.Inputs.OrderBy(port => port.Type.Rank)
            .ToDictionary(port => port.Name, port => builder.Input(port.Name, port.Type.Rank == 0 ? number : tensor));
        Value[] values = builder.Inline(step, [.. step.Inputs.Select(port => inputs[port.Name])]);
        return builder.Build("program", optimiser.Name,
            step.Outputs.Select(output => (output.Name, Rnn.Select(finite, values[output.Value], inputs[output.Name]), OutputRole.Result)));
    }

    /// <summary>A value that replaces another one where <c>finite</c> is not 0: numbers finite; tensors old, new.</summary>
    public static Graph Replacement(ElementType real = ElementType.F32)
    {
        var builder = new GraphBuilder();
        var tensor = new TensorType(real, "R", "N");
        Value finite = builder.Input("finite", new TensorType(real)), old = builder.Input("old", tensor),
            next = builder.Input("new", tensor);
        return builder.Build("program", "Replacement", [("next", Rnn.Select(finite, next, old), OutputRole.Result)]);
    }

    /// <summary>A Program whose kernels are those of the update: of one parameter by an optimiser, and of one replaced value.</summary>
    public static Graph Kernels(Optimiser optimiser)
    {
        Graph guarded = Guarded(optimiser), replacement = Replacement();
        var builder = new GraphBuilder();
        Value[] inputs = [.. guarded.Inputs.Select(port => builder.Input(port.Name, port.Type))];
        int numbers = guarded.Inputs.Count(port => port.Type.Rank == 0);
        Value[] next = ItemBody.Apply(guarded, [.. inputs.Take(numbers)], inputs.Skip(numbers));
        Value replaced = ItemBody.Apply(replacement, [inputs[0]], [inputs[numbers], inputs[inputs.Length - 1]])[0];
        return builder.Build("program", optimiser.Name, [
            .. guarded.Outputs.Select((output, i) => ("next." + output.Name, next[i], OutputRole.Result)),
            ("replaced", replaced, OutputRole.Result)]);
    }

    // The first part: every result takes the place of an input, which the second part reads.
    private static Graph Handing(Graph gradients, GraphBuilder builder, Value[] values)
    {
        foreach (Output output in gradients.Outputs)
            builder.Input(Handed(output.Name), values[output.Value].Type, PortRole.Parameter);
        return builder.Build(gradients.Kind, gradients.Name,
            gradients.Outputs.Select(output => (output.Name, values[output.Value], output.Role)));
    }

    // The gradients' Program as the second part sees it: results are inputs.
    private static Graph HandedOver(Graph gradients)
    {
        var builder = new GraphBuilder();
        foreach (Port port in gradients.Inputs.Where(port => port.Role is PortRole.Parameter or PortRole.State))
            builder.Input(port.Name, port.Type, port.Role, port.Init);
        return builder.Build(gradients.Kind, gradients.Name, gradients.Outputs
            .Select(output => (output.Name, builder.Input(Handed(output.Name), gradients.Values.Type(output.Value), PortRole.Parameter),
                output.Role)).ToArray());
    }

    // Masks are drawn in place of ports.
    private static Value[] WithMasks(Graph gradients, GraphBuilder builder)
    {
        var values = new Value[gradients.Values.Count];
        for (int i = 0; i < gradients.Inputs.Count; i++)
        {
            Port port = gradients.Inputs[i];
            if (!MaskPort.Is(port))
                values[i] = builder.Input(port.Name, port.Type, port.Role, port.Init);
        }

        Value? words =
            gradients.Inputs.Any(MaskPort.Is) ? builder.Input(Random, new TensorType(ElementType.I32, RandomMaskOp.Words)) : null;
        int site = 0;
        for (int i = 0; i < gradients.Inputs.Count; i++)
        {
            Port port = gradients.Inputs[i];
            if (MaskPort.Is(port))
                values[i] = builder.Label(builder.Add(new RandomMaskOp(port.Type, site++, port.Init), words!), port.Name);
        }

        return values;
    }

    private Graph Update(Graph gradients, GraphBuilder builder, Value[] values)
    {
        Value loss = values[gradients.Outputs[gradients.OutputIndex("loss")].Value];
        ElementType real = loss.Type.Element;
        var trained = Trained(gradients).ToList();
        bool IsLeft(Output output) => !IsGradient(gradients, output.Name) || Kept.Contains(output.Name.Substring(GradientPrefix.Length));
        var outputs = gradients.Outputs.Where(output => IsLeft(output) && !RunningPort.IsNext(gradients, output))
            .Select(output => (output.Name, Value: values[output.Value], output.Role)).ToList();
        if (trained.Count == 0)
            throw new GraphException("RNNJ140", $"Program '{gradients.Name}' has no parameter that its loss depends on (add a layer)");
        Value[] norm = builder.AddMany(new GradientNormOp(ClipNorm), [loss, .. trained.Select(pair => values[pair.Gradient])]);
        outputs.Add((Norm, norm[0], OutputRole.Result));
        outputs.Add((Finite, norm[2], OutputRole.Result));
        foreach (var group in trained.GroupBy(pair => MultipleOf(gradients.Inputs[pair.Parameter].Name)).OrderBy(group => group.Key))
            outputs.AddRange(Trained(builder, values, gradients, [.. group], group.Key, norm[1], norm[2], real));

        Replace(gradients, builder, values, norm[2], outputs);
        return builder.Build(gradients.Kind, gradients.Name, outputs.Select(output => (output.Name, output.Value, output.Role)));
    }

    // Carried states and running statistics.
    private void Replace(Graph gradients, GraphBuilder builder, Value[] values, Value finite,
        List<(string Name, Value Value, OutputRole Role)> outputs)
    {
        var items = new List<(string Name, int Old, int New, OutputRole Role)>();
        foreach (var (state, final) in CarryState ? Carried(gradients) : [])
            items.Add((final.Name, gradients.InputIndex(state.Name), final.Value, final.Role));
        foreach (Output next in gradients.Outputs.Where(output => RunningPort.IsNext(gradients, output)))
            items.Add((Next + Running(gradients, next), gradients.InputIndex(Running(gradients, next)), next.Value, OutputRole.Result));
        if (items.Count == 0)
            return;

        Value[] results = ItemBody.Apply(Replacement(finite.Type.Element), [finite],
            items.SelectMany(item => (Value[])[values[item.Old], values[item.New]]));
        for (int i = 0; i < items.Count; i++)
        {
            int known = outputs.FindIndex(output => output.Name == items[i].Name);
            var output = (items[i].Name, results[i], items[i].Role);
            if (known >= 0)
                outputs[known] = output;
            else
                outputs.Add(output);
        }
    }

    private IEnumerable<(string, Value, OutputRole)> Trained(
        GraphBuilder builder, Value[] values, Graph gradients, List<(int Parameter, int Gradient)> trained, double multiple, Value scale,
        Value finite,
        ElementType real)
    {
        var number = new TensorType(real);
        Value[] numbers = [finite, scale, .. Optimiser.Scalars.Select(scalar => builder.Input(Number(scalar, multiple), number))];
        var operands = new List<Value>();
        foreach (var (parameter, gradient) in trained)
        {
            Port port = gradients.Inputs[parameter];
            operands.Add(values[parameter]);
            operands.AddRange(Optimiser.States.Select(state => builder.Input(State(state, port.Name), port.Type, PortRole.Parameter)));
            operands.Add(values[gradient]);
        }

        Value[] next = ItemBody.Apply(Guarded(Optimiser, real), numbers, operands);
        int results = 1 + Optimiser.States.Count;
        for (int i = 0; i < trained.Count; i++)
        {
            string name = gradients.Inputs[trained[i].Parameter].Name;
            yield return (Next + name, next[i * results], OutputRole.Result);
            for (int s = 1; s < results; s++)
                yield return (Next + State(Optimiser.States[s - 1], name), next[(i * results) + s], OutputRole.Result);
        }
    }

    private static IEnumerable<(int Parameter, int Gradient)> Trained(Graph gradients)
    {
        for (int i = 0; i < gradients.Inputs.Count; i++)
        {
            int output = gradients.Inputs[i].Role == PortRole.Parameter ? gradients.OutputIndex("d_" + gradients.Inputs[i].Name) : -1;
            if (output >= 0)
                yield return (i, gradients.Outputs[output].Value);
        }
    }

    private double MultipleOf(string parameter) => Rates.TryGetValue(parameter, out double multiple) ? multiple : 1;

    private static bool IsGradient(Graph gradients, string output) =>
        output.StartsWith(GradientPrefix, StringComparison.Ordinal)
            && gradients.InputIndex(output.Substring(GradientPrefix.Length)) is >= 0 and var input
            && gradients.Inputs[input].Role == PortRole.Parameter;

    private static string Running(Graph gradients, Output next) =>
        gradients.Inputs.First(port => RunningPort.Is(port) && RunningPort.Next(port.Name) == next.Name).Name;

    private static IEnumerable<(Port State, Output Final)> Carried(Graph graph) =>
        graph.Inputs.Where(port => port.Role == PortRole.State)
            .Zip(graph.Outputs.Where(output => output.Role == OutputRole.Next), (port, output) => (port, output));
}
