using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Contracts;
using RnnJit.Ops;
using RnnJit.Plans;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Runtime;

/// <summary>A sum over time and rows of products, as a weight gradient is: where it has many rows, what they read is packed
/// beforehand.</summary>
public class PackedGradientTests
{
    private const int Steps = 5, Rows = 7;

    [TestCase(2048, 40, true)]
    [TestCase(2047, 40, false)]
    [TestCase(2048, 1, false)]
    public void What_many_rows_read_is_packed_once(int m, int n, bool packs)
    {
        using Executable executable = Create(Program(m, n, forwards: false, ElementType.F32), ElementType.F32);
        Assert.That(
            executable.Commands<PackCommand>().Count(pack => pack is { IsWeight: false, Parts.Length: 1, K: Steps * Rows } && pack.N == n),
            Is.EqualTo(packs ? 1 : 0));
    }

    // A row more decides whether B is packed, and changes no bit of the others.
    [Test]
    public void Packing_changes_no_bit([Values] bool forwards, [Values(ElementType.F32, ElementType.F64)] ElementType real)
    {
        const int M = 2048, N = 40;
        NdArray a = Draw(1, Steps, Rows, M), b = Draw(2, Steps, Rows, N);
        var fewer = new NdArray([Steps, Rows, M - 1], a.Data.Where((_, i) => i % M < M - 1).ToArray());
        NdArray packed = Run(Program(M, N, forwards, real), a, b, real), unpacked = Run(Program(M - 1, N, forwards, real), fewer, b, real);
        Assert.That(packed.Data.AsSpan(0, (M - 1) * N).SequenceEqual(unpacked.Data));

        NdArray expected =
            Interpreter.Run(Program(M, N, forwards, ElementType.F64), new Dictionary<string, NdArray> { ["a"] = a, ["b"] = b })["c"];
        Assert.That(Bits.Distance(packed, expected), Is.LessThan(real == ElementType.F32 ? 1e-6 : 1e-14));
    }

    private static Graph Program(int m, int n, bool forwards, ElementType real)
    {
        var builder = new GraphBuilder();
        Value a = builder.Input("a", new TensorType(real, Steps, Rows, m)), b = builder.Input("b", new TensorType(real, Steps, Rows, n));
        return builder.Build("program", "gradient", [("c", builder.Add(new ContractOp("tbm,tbn->mn", forwards), a, b), OutputRole.Result)]);
    }

    private static Executable Create(Graph program, ElementType real) =>
        Executable.Create(program, new ExecutableOptions { Precision = real, Threads = 2 });

    private static NdArray Run(Graph program, NdArray a, NdArray b, ElementType real)
    {
        using Executable executable = Create(program, real);
        executable.Input("a").Set(a.Data);
        executable.Input("b").Set(b.Data);
        executable.Run();
        return executable.Output("c").ToNdArray();
    }

    private static NdArray Draw(int seed, params int[] shape)
    {
        var random = new Random(seed);
        var drawn = new NdArray(shape);
        for (int i = 0; i < drawn.Length; i++)
            drawn.Data[i] = (float)(random.NextDouble() - 0.5);
        return drawn;
    }
}
