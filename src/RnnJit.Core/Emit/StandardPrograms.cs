using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Training;

namespace RnnJit.Emit;

/// <summary>
/// The Programs whose kernels are compiled at build time; kernels of all others are compiled on first use. A layer alone and
/// a layer in a network, of any depth and in either direction, have the same kernels, so that a cell needs no networks here
/// and the parts of networks need no cell.
/// </summary>
public static class StandardPrograms
{
    /// <summary>Programs of one layer: inference; training from all outputs, with and without the gradient of the layer's input; training
    /// from the final state.</summary>
    public static IEnumerable<(string Name, Graph Program)> Of(CellDefinition cell)
    {
        string[] parameters = cell.Parameters.Select(port => port.Name).ToArray();
        string[] all = [.. parameters,
            .. cell.Step.Inputs.Where(port => port.Role != PortRole.Parameter && port.Type.IsReal).Select(port => port.Name)];
        foreach (bool lengths in HasOutputsNoStateReads(cell.Step) ? new[] { false, true } : [false])
        {
            string rows = lengths ? " with lengths" : "";
            yield return ("inference" + rows, Layer(cell, lengths, (_, _) => null));
            yield return ("training" + rows, Differentiate.Run(Layer(cell, lengths, (y, _) => y), "loss", all));
            if (!ReadsInputsInProductsOnly(cell.Step))
                yield return ("training of a first layer" + rows, Differentiate.Run(Layer(cell, lengths, (y, _) => y), "loss", parameters));
            yield return ("training from the final state" + rows,
                Differentiate.Run(Layer(cell, lengths, (_, final) => final), "loss", all));
        }
    }

    /// <summary>
    /// The parts of networks besides cells: embedding, dropout, dense heads and losses for sequences and for final states; steps of the
    /// optimisers.
    /// </summary>
    public static IEnumerable<(string Name, Graph Program)> WithoutCell()
    {
        foreach (bool sequence in new[] { true, false })
        {
            foreach (bool classes in new[] { true, false })
            {
                Graph network = Head(sequence, classes);
                string name = $"{(classes ? "cross-entropy" : "mean squared error")} of {(sequence ? "sequences" : "final states")}";
                yield return (name + ", training", TrainingProgram.Of(network));
                foreach (string result in network.Outputs.Select(output => output.Name).Where(result => result != "loss"))
                    yield return ($"{name}, {result}", ProgramSlice.Run(network, output => output.Name == result, masks: false));
            }
        }

        yield return ("mean squared error of outputs", Differentiate.Run(Error(), "loss", ["y"]));
        foreach (Optimiser optimiser in Optimisers)
            yield return (optimiser.Name, TrainingStep.Kernels(optimiser));
    }

    // Other numbers than the usual ones are other kernels.
    private static Optimiser[] Optimisers =>
    [
        new Adam(), new Adam { AmsGrad = true }, new Adam { Decoupled = true, WeightDecay = 0.01 },
        new Sgd(), new Sgd { Momentum = 0.9 }, new Sgd { Momentum = 0.9, Nesterov = true },
        new RmsProp(), new RmsProp { Centred = true }, new RmsProp { Momentum = 0.9 },
        new Adagrad(), new Adadelta(),
    ];

    // True if only products read the step's inputs. The inputs' gradient is then a product, and the first layer has the same kernels as the
    // others.
    private static bool ReadsInputsInProductsOnly(Graph step) => step.Nodes.Where(node => node.Op.Family != OpFamily.Contraction)
        .All(node => node.Operands.All(
            operand => operand >= step.Inputs.Count || step.Inputs[operand].Role is PortRole.State or PortRole.Parameter));

    // The adjoint of an output that no state reads depends on no other step and is hoisted out of the loop; with lengths only through ops
    // with f(0) = 0. Such cells need kernels for both cases.
    private static bool HasOutputsNoStateReads(Graph step) => step.Outputs.Any(output => output.Role == OutputRole.Result);

    // With something to train from, L = Σ y ⊙ dy.
    private static Graph Layer(CellDefinition cell, bool lengths, Func<Value, Value, Value?> trained)
    {
        var builder = new GraphBuilder();
        Dictionary<string, Value> inputs = cell.Step.Inputs.ToDictionary(
            port => port.Name,
            port => builder.Input(port.Name, port.Role == PortRole.Input ? port.Type.WithDims(port.Type.Dims.Prepend("T")) : port.Type,
                port.Role, port.Init));
        Value? rows = lengths ? builder.Input("lengths", new TensorType(ElementType.I32, "B")) : null;
        var (finals, sequences) = CellScan.Apply(builder, cell, inputs, "T", lengths: rows);
        var outputs = cell.States.Select((port, s) => ("final_" + port.Name, finals[s], OutputRole.Next)).ToList();
        outputs.Add(trained(sequences[cell.LayerOutput.Name], finals[0]) is { } y
            ? ("loss", Rnn.Total(y * builder.Input("dy", y.Type)), OutputRole.Result)
            : ("sequence", sequences[cell.LayerOutput.Name], OutputRole.Result));
        return builder.Build("program", cell.Name, outputs);
    }

    private static Graph Error()
    {
        var net = new NetworkBuilder("Error");
        net.Output("loss", Loss.MeanSquaredError(net.Input("y", "T", "B", "H"), net.Input("target", "T", "B", "H")));
        return net.Build();
    }

    private static Graph Head(bool sequence, bool classes)
    {
        var net = new NetworkBuilder("Head");
        Dim[] rows = sequence ? ["T", "B"] : ["B"];
        Value h = net.Dropout("dropout", net.Embedding("embedding", net.Indices("x", rows), "V", "H"), 0.5);
        Value y = net.Output("y", net.Dense("head", h, "V"));
        if (!classes)
            net.Output("loss", Loss.MeanSquaredError(y, net.Input("target", [.. rows, "V"])));
        else
            net.Output("loss", Rnn.TotalMean(net.Output("losses", Rnn.CrossEntropy(y, net.Indices("target", rows)))));
        return net.Build();
    }
}
