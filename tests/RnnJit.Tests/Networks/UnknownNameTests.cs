using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;
using RnnJit.Training;

namespace RnnJit.Tests.Networks;

/// <summary>A name that a Program does not have: the exception says which there are, and is still a KeyNotFoundException.</summary>
public class UnknownNameTests
{
    [Test]
    public void The_names_there_are_stand_in_the_message()
    {
        using var model = new Model(Network(), new Dictionary<string, int> { ["X"] = 2, ["H"] = 3 });
        using Session session = model.Open(new SessionOptions { Steps = 2 });
        using var trainer = new Trainer(model, 2, 1);
        using var stream = new StreamingModel(model, 1, "y");
        using StreamState state = stream.NewState();
        Refused(() => session.Input("X"), "Program 'net' has no input 'X' (did you mean 'x'? its inputs are x, ");
        Refused(() => session.Set("xx", new NdArray([2, 1, 2])), "has no input 'xx' (its inputs are x, ");
        Refused(() => session.Output("loss"), "has no output 'loss' (its outputs are y, ");
        Refused(() => trainer.Input("targte"), "has no input 'targte' (did you mean 'target'? its inputs are ");
        Refused(() => state["h"], "Streaming model 'net' has no input 'h'");
        Refused(() => state.Output("Y"), "has no output 'Y' (did you mean 'y'? its outputs are y");
        Refused(() => stream.Parameter("W"), "has no parameter 'W' (");
        Refused(() => model.Run(new Dictionary<string, NdArray> { ["x"] = new([2, 1, 2]), ["trget"] = new([1]) }),
            "has no input 'trget' (did you mean 'target'?");
    }

    private static void Refused(Func<object> call, string sentence) => Assert.That(() => call(),
        Throws.TypeOf<UnknownNameException>().And.InstanceOf<KeyNotFoundException>().And.Message.Contains(sentence));

    private static void Refused(Action call, string sentence) =>
        Assert.That(() => call(), Throws.TypeOf<UnknownNameException>().And.Message.Contains(sentence));

    private static Graph Network()
    {
        var net = new NetworkBuilder("net");
        Value x = net.Input("x", "T", "B", "X"), target = net.Input("target", "T", "B", "H");
        Value y = net.Output("y", net.Recurrent("layer0", RnnJit.Cells.CellRegistry.Find("elman"), x, "H"));
        net.Output("loss", Loss.MeanSquaredError(y, target));
        return net.Build();
    }
}
