using RnnJit.Cells;
using RnnJit.Cells.Transforms;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

public sealed partial class NetworkBuilder
{
    // What a step adds to running statistics.
    private const double Momentum = 0.1;

    private Value? training;

    /// <summary>
    /// Batch normalisation over all axes but the last (Ioffe and Szegedy 2015), for x [T, B, X] over T · B: trains <c>NAME.gain</c> and <c>NAME.shift</c> [X] and keeps running
    /// statistics <c>NAME.mean</c> and <c>NAME.variance</c> [X], which stand for those of the batch outside training. The variance is divided by the number of rows.
    /// </summary>
    /// <param name="counts">1 for rows that count, 0 for padding: [T, B, 1]; null: all count.</param>
    /// <param name="epsilon">Is added to the variance.</param>
    public Value BatchNorm(string name, Value x, Value? counts = null, double epsilon = 1e-5)
    {
        int last = x.Type.Rank - 1;
        Dim width = x.Type.Dims[last];
        var (mean, variance) = Moments.Over(x, [.. Enumerable.Range(0, last)], counts);
        Value normalised = Moments.Normalised(x, Running(name + ".mean", mean, width, 0), Running(name + ".variance", variance, width, 1), epsilon);
        return (normalised * Parameter(name + ".gain", "ones", width)) + Parameter(name + ".shift", "zeros", width);
    }

    // The statistic of the batch in training, the running one outside.
    private Value Running(string name, Value batch, Dim width, double start)
    {
        Value running = Parameter(name, RunningPort.Init(start), width);
        Keep(name, running, batch);
        return Rnn.Select(TrainingFlag, batch, running);
    }

    private Value TrainingFlag => training ??= Declare("training", new TensorType(ElementType.F32), PortRole.Input, MaskPort.Training);

    // running' = (1 − α) running + α batch
    private void Keep(string name, Value running, Value batch) =>
        statistics.Add((RunningPort.Next(name), ((1 - Momentum) * running) + (Momentum * Graph.Add(new ReshapeOp(running.Type.Dims), batch)), OutputRole.Result));

    // The mean over time of what the steps of a cell found.
    private void KeepStatistics(string prefix, CellDefinition cell, Dictionary<string, Value> inputs, IReadOnlyDictionary<string, Value> sequences)
    {
        foreach (Port port in cell.Parameters.Where(port => RunningPort.Is(port) && sequences.ContainsKey(RunningPort.Next(port.Name))))
        {
            Value sequence = sequences[RunningPort.Next(port.Name)];
            Keep(prefix + port.Name, inputs[port.Name], Graph.Add(new SumOp([0]), sequence) / Rnn.Extent(sequence, 0));
        }
    }

    // Products of the input with the cell's matrices are made for all steps at once, normalised over T · B, and given to the rest of the cell.
    private CellDefinition WithNormalisedInput(string prefix, CellDefinition cell, Value x, Dim hidden, Dictionary<string, Value> given, RecurrentOptions options)
    {
        var (rest, weights) = InputProducts.Split(cell);
        string first = cell.StepInputs.First(port => !MaskPort.Is(port)).Name;
        if (!given.ContainsKey(first))
            given[first] = x;
        TypeMap map = TypeMap.OfSymbols(LayerDims.Bind(cell, given, x.Type.Dims[1], hidden, options.Dims));
        foreach (Port port in weights.Where(port => !given.ContainsKey(port.Name)))
            given[port.Name] = Declare(prefix + port.Name, map.Map(port.Type), PortRole.Parameter, port.Init);
        Value[] products = weights.Select(port => new Matrix(given[port.Name]) * given[first]).ToArray();
        given[InputProducts.Port] = BatchNorm(prefix + "input", products.Length == 1 ? products[0] : Rnn.Concat(products));
        return rest;
    }
}
