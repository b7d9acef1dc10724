using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Ops;

namespace RnnJit.Networks;

public sealed partial class NetworkBuilder
{
    // Weight m of a training step's batch statistics: running ← (1 − m) · running + m · batch.
    private const double Momentum = 0.1;

    private Value? training;

    /// <summary>
    /// Batch normalisation over all axes except the last (Ioffe and Szegedy 2015), for x [T, B, X] over T · B: trains <c>NAME.gain</c> and
    /// <c>NAME.shift</c> [X] and keeps running statistics <c>NAME.mean</c> and <c>NAME.variance</c> [X], for several steps [steps, X],
    /// which stand for those of the batch outside training. The variance is divided by the number of rows.
    /// </summary>
    /// <param name="counts">1 for rows that count, 0 for padding, which is not read and gives 0: [T, B, 1], such as
    /// <see cref="StepsOf"/>; null: all count.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="steps">0: one statistic over all steps of x [T, B, X]. Otherwise each step has a statistic over B, the first
    /// <paramref name="steps"/> have running statistics, and later steps use the last of them.</param>
    /// <exception cref="GraphException">RNNJ161: the number of steps is negative, or x is no sequence of them.</exception>
    public Value BatchNorm(string name, Value x, Value? counts = null, double epsilon = 1e-5, int steps = 0) =>
        Normalised(name, x, counts, epsilon, steps, reverse: false);

    private Value Normalised(string name, Value x, Value? counts, double epsilon, int steps, bool reverse)
    {
        if (Cells.BatchNorm.RequireSteps(name, steps) > 0 && x.Type.Rank != 3)
            throw new GraphException("RNNJ161",
                $"Batch normalisation '{name}' of single steps needs x: f32[T, B, X], found {x.Type} (give a sequence, or leave the steps "
                    + "away)");

        int last = x.Type.Rank - 1;
        Dim width = x.Type.Dims[last];
        int[] axes = steps > 0 ? [1] : [.. Enumerable.Range(0, last)];
        x = Moments.Counted(x, counts);
        var (mean, variance) = Moments.Over(x, axes, counts);
        Value? number = counts is null ? null : Moments.Number(counts, axes);
        Value Running(string statistic, Value batch, double start)
        {
            var type = new TensorType(ElementType.F32, steps > 0 ? [steps, width] : [width]);
            Value running = Declare(name + statistic, type, PortRole.Parameter, RunningPort.Init(start));
            Keep(name + statistic, running, batch, number, reverse);
            return Rnn.Select(TrainingFlag, batch, steps > 0 ? StepStatistics.Over(running, x.Type.Dims[0], reverse) : running);
        }

        Value standard = Moments.Normalised(x, Running(".mean", mean, 0), Running(".variance", variance, 1), epsilon);
        return Moments.Counted((standard * Parameter(name + ".gain", "ones", width)) + Parameter(name + ".shift", "zeros", width), counts);
    }

    private Value TrainingFlag => training ??= Declare("training", new TensorType(ElementType.F32), PortRole.Input, MaskPort.Training);

    // For step inputs that read the statistic of their place in time: [N, H].
    private Value DeclareSteps(string name, TensorType type, Port port) =>
        Declare(name, type.WithDims([RunningPort.Steps(port), type.Dims[1]]), PortRole.Parameter,
            RunningPort.Init(RunningPort.Start(port)));

    // running' = (1 − α) running + α batch, where rows were counted.
    private void Keep(string name, Value running, Value batch, Value? number, bool reverse)
    {
        if (running.Type.Rank == 2)
        {
            number = StepStatistics.Of(number ?? Graph.Add(new BroadcastOp([batch.Type.Dims[0], 1, 1]), Graph.Constant(1)),
                running.Type.Dims[0], reverse);
            batch = StepStatistics.Of(batch, running.Type.Dims[0], reverse);
        }
        else
        {
            number = number is null ? null : Graph.Add(new ReshapeOp([]), number);
            batch = Graph.Add(new ReshapeOp(running.Type.Dims), batch);
        }

        Value next = ((1 - Momentum) * running) + (Momentum * batch);
        statistics.Add((RunningPort.Next(name), number is null ? next : Rnn.Select(number, next, running), OutputRole.Result));
    }

    // Running statistics of a cell's steps: one per time step, or their mean weighted by the number of valid rows.
    private void KeepStatistics(string prefix, Dictionary<string, Value> running, IReadOnlyDictionary<string, Value> sequences,
        Value? counts, bool reverse)
    {
        foreach (var (name, kept) in running.Select(pair => (pair.Key, pair.Value))
            .Where(pair => sequences.ContainsKey(RunningPort.Next(pair.Key))))
        {
            Value found = sequences[RunningPort.Next(name)];
            Value? number = counts is null ? null : Moments.Number(counts, [1]), total = number;
            if (kept.Type.Rank == 1)
            {
                total = number is null ? null : Moments.Number(number, [0]);
                found = Graph.Add(new SumOp([0]), number is null ? found : number * found)
                    / (total is null ? Rnn.Extent(found, 0) : Rnn.Max(total, 1));
            }

            Keep(prefix + name, kept, found, total, reverse);
        }
    }

    // Products of the input with the cell's matrices are made for all steps at once, normalised over T ·
    // B, and given to the rest of the cell.
    private CellDefinition WithNormalisedInput(
        string prefix, CellDefinition cell, Dictionary<string, Value> given, Value x, Dim hidden, RecurrentOptions options, Value? counts,
        bool reverse)
    {
        var (rest, weights) = InputProducts.Split(cell);
        Value first = given[cell.StepInputs.First(port => !MaskPort.Is(port)).Name];
        TypeMap map = TypeMap.OfSymbols(LayerDims.Bind(cell, given, x.Type.Dims[1], hidden, options.Dims));
        foreach (Port port in weights.Where(port => !given.ContainsKey(port.Name)))
            given[port.Name] = Declare(prefix + port.Name, map.Map(port.Type), PortRole.Parameter, port.Init);
        Value[] products = weights.Select(port => new Matrix(given[port.Name]) * first).ToArray();
        given[InputProducts.Port] = Normalised(prefix + "input", products.Length == 1 ? products[0] : Rnn.Concat(products), counts, 1e-5,
            options.NormaliseSteps, reverse);
        return rest;
    }
}
