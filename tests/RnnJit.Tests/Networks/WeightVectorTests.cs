using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Networks;
using RnnJit.Runtime;

namespace RnnJit.Tests.Networks;

/// <summary>All weights of a model as one vector.</summary>
public class WeightVectorTests
{
    // 3 · 5 + 5 · 5 + 5 numbers of the layer and 2 · 5 + 2 of the head: none of the tensors fills whole blocks of memory.
    private const int Count = 57;

    private static Model Make(ElementType precision = ElementType.F32, ulong seed = 1)
    {
        var net = new NetworkBuilder("Test");
        Value h = net.Recurrent("layer", CellRegistry.Find(typeof(Elman)), net.Input("x", "T", "B", 3), net.Size("H", 5));
        net.Output("y", net.Dense("head", h, 2));
        return new Model(net, new ModelOptions { Precision = precision, Seed = seed });
    }

    [TestCase(ElementType.F32)]
    [TestCase(ElementType.F64)]
    public void The_vector_is_all_parameters_side_by_side(ElementType precision)
    {
        using Model model = Make(precision);
        using Tensor weights = model.ReadWeights();
        Assert.That(weights.Element, Is.EqualTo(precision));
        Assert.That(weights.Shape, Is.EqualTo(new[] { Count }));
        Port[] ports = [.. model.Program.Inputs.Where(port => port.Role == PortRole.Parameter)];
        Assert.That(model.Parameters.Keys, Is.EqualTo(ports.Select(port => port.Name)));
        Assert.That(weights.ToNdArray().Data, Is.EqualTo(model.Parameters.Values.SelectMany(tensor => tensor.ToNdArray().Data)));
    }

    [TestCase(ElementType.F32)]
    [TestCase(ElementType.F64)]
    public void Another_models_vector_makes_its_results(ElementType precision)
    {
        using Model model = Make(precision), other = Make(precision, seed: 2);
        using Session session = model.Open(new SessionOptions { Steps = 4 }), wanted = other.Open(new SessionOptions { Steps = 4 });
        double[] Run(Session run)
        {
            run.Input("x").Set([.. Enumerable.Range(0, 12).Select(i => Math.Sin(i))]);
            run.Run();
            return run.Output("y").ToNdArray().Data;
        }

        double[] before = Run(session);
        using Tensor weights = other.ReadWeights();
        model.WriteWeights(weights);
        double[] after = Run(session);
        Assert.That(after, Is.EqualTo(Run(wanted)));
        Assert.That(after, Is.Not.EqualTo(before));
        using Tensor again = model.ReadWeights();
        Assert.That(again.ToNdArray().Data, Is.EqualTo(weights.ToNdArray().Data));
    }

    // A step of weight guessing: one number of the vector is one number of one parameter.
    [Test]
    public void A_number_of_the_vector_is_that_of_its_parameter()
    {
        using Model model = Make();
        using var weights = new Tensor(ElementType.F32, Count);
        model.ReadWeights(weights);
        int bias = model.Parameters.Keys.ToList().IndexOf("head.b");
        int place = model.Parameters.Values.Take(bias).Sum(tensor => tensor.Length) + 1;
        weights.Write<float>()[place] = 7;
        model.WriteWeights(weights);
        Assert.That(model.Parameters["head.b"].Read<float>().ToArray(), Is.EqualTo(new float[] { 0, 7 }));
    }

    [Test]
    public void Reading_and_writing_allocate_nothing()
    {
        using Model model = Make();
        using Tensor weights = model.ReadWeights();
        void Both()
        {
            model.ReadWeights(weights);
            model.WriteWeights(weights);
        }

        for (int i = 0; i < 50; i++)
            Both();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
            Both();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [TestCase(ElementType.F32, Count - 1, "F32[56]")]
    [TestCase(ElementType.F64, Count, "F64[57]")]
    public void A_vector_of_another_shape_changes_nothing(ElementType element, int length, string found)
    {
        using Model model = Make();
        using Tensor before = model.ReadWeights();
        using var wrong = new Tensor(element, length);
        string sentence = $"The weights of 'Test' are given as {found}, wanted F32[57] (take the shape of ReadWeights)";
        Assert.That(() => model.WriteWeights(wrong), Throws.ArgumentException.With.Message.EqualTo(sentence));
        Assert.That(() => model.ReadWeights(wrong), Throws.ArgumentException.With.Message.EqualTo(sentence));
        using Tensor after = model.ReadWeights();
        Assert.That(after.ToNdArray().Data, Is.EqualTo(before.ToNdArray().Data));
    }
}
