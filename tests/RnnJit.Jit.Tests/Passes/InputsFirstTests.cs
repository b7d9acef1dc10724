using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Planning;

namespace RnnJit.Jit.Tests.Passes;

/// <summary>Products of inputs start from their rows in networks, forward and in training; the oracle and the bits are checked by
/// the contracts of networks.</summary>
public class ReassociateSumsTests
{
    [Test]
    public void Each_layer_and_the_head_start_from_their_rows([Values(typeof(Lstm), typeof(GruResetAfter))] Type cell,
        [Values] bool training)
    {
        Graph program = Network(cell, training), optimised = Pipeline.Run(program);
        Assert.That(Rows(optimised), Is.EqualTo(3), "two layers and a head");
        Assert.That(Rows(Pipeline.Run(program, without: [ReassociateSums.Name])), Is.EqualTo(1),
            "the head alone: the equations add the row last");
    }

    private static Graph Network(Type cell, bool training)
    {
        var net = new NetworkBuilder("Net");
        Value z = net.Dense("head", net.Stack("layer", CellTracer.Trace(cell), net.Input("x", "T", "B", 5), 2, net.Size("H", 12)), 3);
        net.Output("y", z);
        net.Output("loss", Rnn.Total(z * z));
        Graph network = net.Build();
        return training ? Differentiate.Run(network, "loss",
            network.Inputs.Where(port => port.Role == PortRole.Parameter).Select(port => port.Name).ToArray()) : network;
    }

    private static int Rows(Graph program) => AccumulatorInits.Of(program).Values.Count(step => program.Values.Type(step.Start).Rank == 1);
}
