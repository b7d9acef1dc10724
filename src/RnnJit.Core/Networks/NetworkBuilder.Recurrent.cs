using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

public sealed partial class NetworkBuilder
{
    private const string ReversePrefix = "reverse.";

    private readonly List<(string Name, Value Value)> startStates = [];

    private Value? commonLengths;

    /// <summary>
    /// A cell over time: x [T, B, X] ⇒ the layer's output [T, B, H]. Parameters are called <c>NAME.Wi</c> and so on, the initial states are
    /// inputs <c>NAME.h0</c>, the final states outputs <c>NAME.h</c>.
    /// </summary>
    /// <param name="hidden">Size of the states, the cell's dimension H.</param>
    /// <param name="more">Further inputs and dimensions of the cell, see <see cref="RecurrentOptions.Given"/>.</param>
    /// <exception cref="GraphException">RNNJ160 to RNNJ162: an input is missing or does not fit, a size is not usable, or a
    /// dimension of the cell stays open.</exception>
    public RecurrentLayer Recurrent(string name, CellDefinition cell, Value x, Dim hidden,
        IReadOnlyDictionary<string, Value>? more = null) =>
        Recurrent(name, cell, x, hidden, new RecurrentOptions { Given = more ?? new Dictionary<string, Value>() });

    /// <summary>A cell over time in one or both directions, see <see cref="RecurrentOptions"/>. The backward direction of two is
    /// called <c>NAME.reverse</c>.</summary>
    /// <inheritdoc cref="Recurrent(string, CellDefinition, Value, Dim, IReadOnlyDictionary{string, Value})" path="/exception"/>
    public RecurrentLayer Recurrent(string name, CellDefinition cell, Value x, Dim hidden, RecurrentOptions options)
    {
        if (options.NormaliseSteps != 0 && !options.NormaliseInput)
            throw new GraphException("RNNJ161",
                $"Layer '{name}' has statistics for {options.NormaliseSteps} steps but does not normalise its input "
                    + "(set NormaliseInput too)");
        if (options.StepMask is { } counts && !counts.Type.Dims.SequenceEqual([x.Type.Dims[0], x.Type.Dims[1], 1]))
            throw new GraphException("RNNJ160",
                $"The step mask of layer '{name}' is {counts.Type}, wanted f32[{x.Type.Dims[0]}, {x.Type.Dims[1]}, 1], a number for each "
                    + "step of each row (give that shape)");
        LayerRows rows = LayerRows.Of(this, cell, x, options, commonLengths);
        if (rows.Mask is not null)
            cell = cell.WithStepMask();
        bool[] directions = options.Direction switch
        {
            Direction.Both => [false, true],
            Direction.Backward => [true],
            _ => [false],
        };
        var outputs = new List<Value>();
        var lasts = new List<Value?>();
        var finals = new Dictionary<string, Value>(StringComparer.Ordinal);
        var all = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (bool reverse in directions)
        {
            string prefix = reverse && directions.Length > 1 ? ReversePrefix : "";
            Dictionary<string, Value> given = Given(options, prefix, cell, x, rows);
            CellDefinition applied = options.NormaliseInput ? WithNormalisedInput($"{name}.{prefix}", cell, given, x, hidden, options,
                rows.Counts, reverse) : cell;
            var running = new Dictionary<string, Value>(StringComparer.Ordinal);
            Dictionary<string, Value> inputs =
                StepOperands($"{name}.{prefix}", applied, x, hidden, new Dictionary<string, Value>(given), running, options, reverse);
            var (last, sequences) = CellScan.Apply(Graph, applied, inputs, x.Type.Dims[0], reverse, rows.Lengths);
            KeepStatistics($"{name}.{prefix}", running, sequences, rows.Mask, reverse);
            string[] names = cell.States.Select(port => port.Name).ToArray();
            for (int s = 0; s < names.Length; s++)
                finals[prefix + names[s]] = last[s];
            AddStates($"{name}.{prefix}", names, inputs, last, given, options.TrainedStart);
            foreach (KeyValuePair<string, Value> sequence in sequences)
                all[prefix + sequence.Key] = sequence.Value;
            outputs.Add(Graph.Label(Moments.Counted(sequences[cell.LayerOutput.Name], rows.Within), name));
            lasts.Add(Last(cell, finals, prefix, outputs[outputs.Count - 1], reverse, full: rows.Lengths is null && rows.Mask is null));
        }

        return new RecurrentLayer(name, options.Merge, outputs, lasts, finals, all);
    }

    // States that the caller carries are outputs; computed and trained ones have names, so that a session can be given them.
    private void AddStates(
        string prefix, string[] names, Dictionary<string, Value> inputs, Value[] last, Dictionary<string, Value> given, bool trained)
    {
        for (int s = 0; s < names.Length; s++)
        {
            bool isGiven = given.ContainsKey(names[s]);
            string final = prefix + names[s] + (isGiven || !trained ? "" : ".start");
            if (isGiven || trained)
                startStates.AddRange([(final + "0", inputs[names[s]]), (final, last[s])]);
            else
                states.Add((final, last[s], OutputRole.Next));
        }
    }

    /// <summary>Layers of one cell on top of each other, called <c>NAME0</c>, <c>NAME1</c>, …: x [T, B, X] ⇒ [T, B, ·].</summary>
    /// <exception cref="GraphException">RNNJ160 to RNNJ163, RNNJ167: a layer or an option does not fit.</exception>
    public RecurrentLayer Stack(string name, CellDefinition cell, Value x, int layers, Dim hidden, StackOptions? options = null)
    {
        if (layers < 1)
            throw new GraphException("RNNJ161", $"The number of layers of '{name}' is {layers} (give a positive number)");
        options ??= new StackOptions();
        Value h = x;
        var made = new List<RecurrentLayer>();
        for (int layer = 0; layer < layers; layer++)
        {
            string called = name + layer;
            made.Add(Recurrent(called, cell, h, hidden, options.Layer));
            Value y = made[made.Count - 1].Output;
            if (options.Projection is { } width)
                y = Dense(called + ".projection", y, width);
            y = Dropout(called, y, options.Dropout);
            h = options.Skip switch
            {
                Skip.Residual => y + Fitted(called, h, y),
                Skip.Dense => Rnn.Concat(h, y),
                _ => y,
            };
        }

        return RecurrentLayer.OfStack(name, made, options.Shortcut ? Rnn.Concat(h, x) : h);
    }

    /// <summary>The number of steps of each row, an input i32[batch] from 0 to T, for all recurrent layers that follow: states are frozen
    /// and outputs 0 past the end of each row.</summary>
    public Indices Lengths(string name, Dim batch)
    {
        Indices lengths = Indices(name, batch);
        commonLengths = lengths.Tensor;
        return lengths;
    }

    /// <summary>Mask of steps: 1 at the steps of a row, 0 past them: lengths i32[B] and a sequence [T, B, …] ⇒ [T, B, 1]. A loss multiplied
    /// by the mask does not count padding, and no arithmetic is spent on padding.</summary>
    /// <exception cref="GraphException">RNNJ143: the sequence has no such rows.</exception>
    public Value StepsOf(Indices lengths, Value sequence)
    {
        TensorType type = sequence.Type;
        if (type.Rank < 2 || lengths.Tensor.Type.Rank != 1 || type.Dims[1] != lengths.Tensor.Type.Dims[0])
            throw new GraphException("RNNJ143",
                $"The steps of rows are counted from lengths {lengths.Tensor.Type} for a sequence {type} (give i32[B] and [T, B, …])");
        return Graph.Add(new ReshapeOp([type.Dims[0], type.Dims[1], 1]), SwapBatchAndTime(Attention.Mask(lengths, type.Dims[0])));
    }

    // Running statistics are also received apart, as they are kept.
    private Dictionary<string, Value> StepOperands(
        string prefix, CellDefinition cell, Value x, Dim hidden, Dictionary<string, Value> inputs, Dictionary<string, Value> running,
        RecurrentOptions options, bool reverse)
    {
        TypeMap map = TypeMap.OfSymbols(LayerDims.Bind(cell, inputs, x.Type.Dims[1], hidden, options.Dims));
        foreach (Port port in cell.States.Where(port => !inputs.ContainsKey(port.Name)))
            inputs[port.Name] = Start(prefix + port.Name + "0", map.Map(port.Type), options.TrainedStart);
        foreach (Port port in cell.Step.Inputs.Where(port => !inputs.ContainsKey(port.Name)))
        {
            TensorType type = map.Map(port.Type);
            if (RunningPort.Is(port))
                inputs[port.Name] = running[port.Name] = Declare(prefix + port.Name, type, PortRole.Parameter, port.Init);
            else if (RunningPort.IsOfStep(port))
                inputs[port.Name] =
                    StepStatistics.Over(running[port.Name] = DeclareSteps(prefix + port.Name, type, port), x.Type.Dims[0], reverse);
            else if (port.Role == PortRole.Parameter)
                inputs[port.Name] = Declare(prefix + port.Name, type, PortRole.Parameter, port.Init);
            else if (port.Init == MaskPort.Training)
                inputs[port.Name] = TrainingFlag;
            else if (MaskPort.Is(port))
                inputs[port.Name] = Declare(prefix + port.Name,
                    port.Role == PortRole.Input ? type.WithDims(type.Dims.Prepend(x.Type.Dims[0])) : type, PortRole.Input, port.Init);
        }

        return inputs;
    }

    private Value Start(string port, TensorType type, bool trained) => trained
        ? Graph.Add(new BroadcastOp(type.Dims), Declare(port, type.WithDims(type.Dims.Skip(1)), PortRole.Parameter, "zeros"))
        : Declare(port, type, PortRole.State);

    private static Dictionary<string, Value> Given(RecurrentOptions options, string prefix, CellDefinition cell, Value x, LayerRows rows)
    {
        var given = options.Given.Where(pair => !pair.Key.StartsWith(ReversePrefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        foreach (var pair in options.Given.Where(pair => prefix.Length > 0 && pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            given[pair.Key.Substring(prefix.Length)] = pair.Value;
        if (rows.Mask is { } mask)
            given[StepMask.Port] = mask;
        if (cell.StepInputs.FirstOrDefault(
            port => !given.ContainsKey(port.Name) && !MaskPort.Is(port) && !RunningPort.IsOfStep(port)) is { } first)
            given[first.Name] = x;
        foreach (Port port in cell.StepInputs.Where(port => given.ContainsKey(port.Name) && port.Name != StepMask.Port && port.Type.IsReal))
            given[port.Name] = Moments.Counted(given[port.Name], rows.Counts);
        return given;
    }

    // The layer's final output: the final value of a state. For another result, the slice at the last step, for a reverse layer at the
    // first; null unless every row runs all steps.
    private Value? Last(CellDefinition cell, Dictionary<string, Value> finals, string prefix, Value sequence, bool reverse, bool full)
    {
        // States and next values match by position, whatever the next values are called.
        int state = cell.Step.Outputs.Where(output => output.Role == OutputRole.Next).ToList().IndexOf(cell.LayerOutput);
        if (state >= 0)
            return finals[prefix + cell.States.ElementAt(state).Name];
        if (!full)
            return null;

        TensorType type = sequence.Type;
        Value last = Graph.Add(new SliceOp(0, reverse ? 0 : type.Dims[0] - 1, 1), sequence);
        return Graph.Add(new ReshapeOp(type.Dims.Skip(1)), last);
    }

    // A skip connection between widths that differ goes through a trained matrix (He et al. 2016, equation 2).
    private Value Fitted(string name, Value x, Value y)
    {
        Dim from = x.Type.Dims[x.Type.Rank - 1], to = y.Type.Dims[y.Type.Rank - 1];
        return from == to ? x : new Matrix(Parameter(name + ".skip.W", "glorot", to, from)) * x;
    }
}
