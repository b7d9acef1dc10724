using BenchmarkDotNet.Attributes;
using RnnJit.Cells;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;

namespace RnnJit.Bench.Passes;

/// <summary>Passes up to kernel texts of a step that repeats its equations. The cell is traced anew each time, for what a stage made of a graph is remembered.</summary>
public class LongStepBench
{
    [Params("rounds", "gru")]
    public string Cell { get; set; } = "";

    [Params(16, 100, 300, 1000)]
    public int Times { get; set; }

    [Benchmark]
    public int Inference() => Compile("inference");

    [Benchmark]
    public int Training() => Compile("training");

    private int Compile(string name)
    {
        CellDefinition cell = CellTracer.Trace(Cell == "gru" ? typeof(Grus) : typeof(Rounds), new Dictionary<string, double> { ["times"] = Times });
        Graph program = StandardPrograms.Of(cell).First(program => program.Name == name).Program;
        return KernelList.Of(Pipeline.Run(program)).Sum(kernel => KernelEmitter.Emit(KernelCanonical.Run(kernel), SimdDialect.Instance, "Kernel").Length);
    }

    private static class Rounds
    {
        public static Value Step(Value x, Value h, Matrix W, Matrix U, Vector b, Vector a, int times = 1)
        {
            Value v = x;
            for (int i = 0; i < times; i++)
                v = v + Rnn.Tanh(a * v) * v;
            return Rnn.Tanh(W * v + U * h + b);
        }
    }

    private static class Grus
    {
        public static Value Step(Value x, Value h, Matrix Wz, Matrix Uz, Vector bz, Matrix Wr, Matrix Ur, Vector br, Matrix Wn, Matrix Un, Vector bn, int times = 1)
        {
            for (int i = 0; i < times; i++)
            {
                Value z = Rnn.Sigmoid(Wz * x + Uz * h + bz), r = Rnn.Sigmoid(Wr * x + Ur * h + br), n = Rnn.Tanh(Wn * x + Un * (r * h) + bn);
                h = (1 - z) * n + z * h;
            }

            return h;
        }
    }
}
