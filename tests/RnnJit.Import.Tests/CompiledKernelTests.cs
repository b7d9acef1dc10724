using RnnJit.Files;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Networks;
using RnnJit.Text;

namespace RnnJit.Import.Tests;

/// <summary>Imported layers run on kernels that were compiled at build time, with no other package than RnnJit.</summary>
public class CompiledKernelTests
{
    private static readonly string[] Cells = ["lstm", "gru", "rnn", "relu", "proj"];

    [Test]
    public void No_kernel_of_a_run_is_interpreted(
        [ValueSource(nameof(Cells))] string cell, [Values] bool biased, [Values] bool both, [Values] bool lengths)
    {
        if (cell == "gru" && !biased)
            Assert.Ignore("A GRU without biases has a kernel of its own, which no package compiles at build time");
        var seen = new Recorder();
        using Model model = Model.FromPyTorch(StateDict(cell, biased, both), new PyTorchOptions
        {
            Nonlinearity = cell == "relu" ? Nonlinearity.Relu : Nonlinearity.Tanh,
            Lengths = lengths,
        }, new ModelOptions { Kernels = new KernelChain(new RegistryKernelProvider(), seen) });
        foreach (int steps in new[] { 1, 20 })
        {
            using Session session = model.Open(new SessionOptions { Steps = steps, Batch = 2 });
            if (lengths)
                session.Input("lengths").Write<int>().Fill(steps);
            session.Run();
        }

        Assert.That(seen.Texts, Is.Empty);
    }

    private static Dictionary<string, SafetensorsTensor> StateDict(string cell, bool biased, bool both)
    {
        const int Inputs = 3, Hidden = 8;
        int width = cell == "proj" ? 4 : Hidden, rows = Hidden * (cell switch { "lstm" or "proj" => 4, "gru" => 3, _ => 1 });
        var tensors = new Dictionary<string, SafetensorsTensor>();
        void Add(string name, params long[] shape) => tensors[name] =
            SafetensorsTensor.From(new float[shape.Aggregate((a, b) => a * b)], shape);
        for (int layer = 0; layer < 2; layer++)
        {
            foreach (string direction in both ? new[] { "", "_reverse" } : [""])
            {
                string end = $"_l{layer}{direction}";
                Add("weight_ih" + end, rows, layer == 0 ? Inputs : width * (both ? 2 : 1));
                Add("weight_hh" + end, rows, width);
                if (biased)
                    Add("bias_ih" + end, rows);
                if (biased)
                    Add("bias_hh" + end, rows);
                if (cell == "proj")
                    Add("weight_hr" + end, width, Hidden);
            }
        }

        return tensors;
    }

    private sealed class Recorder : IKernelProvider
    {
        private readonly InterpretedKernelProvider interpreted = new();

        public HashSet<string> Texts { get; } = [];

        public string Name => interpreted.Name;

        public KernelBody? Find(Graph kernel, ElementType real)
        {
            Texts.Add(Printer.Print(kernel));
            return interpreted.Find(kernel, real);
        }
    }
}
