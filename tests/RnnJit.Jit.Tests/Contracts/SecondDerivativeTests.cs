using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>
/// Second derivatives of every smooth built-in cell: the gradient of a random projection of its gradient. Compiled it agrees with the oracle, and the oracle
/// with differences of the projection of the first gradient along a random direction. So do they with lengths, from the other end and with all masks given.
/// </summary>
public class SecondDerivativeTests
{
    private const string Weight = "v_", Projection = "projection";

    // Fourth order: (8 (p(ε) − p(−ε)) − (p(2ε) − p(−2ε))) / 12ε.
    private const double Epsilon = 1e-3, Tolerance = 1e-6;

    private static readonly Dictionary<(Type, bool Conditions), Sample> Samples = [];

    private static IEnumerable<Type> Smooth => CellProgram.Types.Where(type => Kinks.Of(CellTracer.Trace(type).Step).Length == 0);

    // One compilation for the kernels of all cells.
    [OneTimeSetUp]
    public void Compile()
    {
        foreach (Type type in Smooth)
        {
            foreach (bool conditions in new[] { false, true })
                Samples[(type, conditions)] = new Sample(type, conditions);
        }

        JitKernelProvider.Simd.Prepare(Samples.Values.SelectMany(sample => KernelList.Of(Pipeline.Run(sample.Second))).Distinct().ToArray());
    }

    [Test]
    public void Compiled_agrees_with_the_oracle([ValueSource(nameof(Smooth))] Type type, [Values] bool conditions)
    {
        Sample sample = Samples[(type, conditions)];
        foreach (ElementType real in conditions ? [ElementType.F32] : new[] { ElementType.F32, ElementType.F64 })
        {
            using Executable executable = CellProgram.Create(sample.Second, sample.Sizes, threads: 1, real);
            Assert.That(executable.Plan.Select(line => line.Text + line.Provider), Has.None.Contains("interpreted"));
            Dictionary<string, NdArray> found = CellProgram.Run(executable, sample.Data);
            foreach (var (name, value) in sample.Wanted)
                Assert.That(Bits.Distance(found[name], value), Is.LessThan(real == ElementType.F32 ? 1e-5 : 1e-12), $"{name} in {real}");
        }
    }

    [Test]
    public void The_oracle_agrees_with_differences_of_the_first_gradient([ValueSource(nameof(Smooth))] Type type, [Values] bool conditions) =>
        Assert.That(Samples[(type, conditions)].Error(Samples[(type, conditions)].Wanted), Is.LessThan(Tolerance));

    [Test]
    public void A_path_that_is_missed_is_found([Values] bool conditions)
    {
        var sample = new Sample(typeof(Lstm), conditions);
        Dictionary<string, NdArray> missed = Interpreter.Run(Sample.Differentiated(sample.First, sample.Names, missed: sample.Names[0]), sample.Data, sample.Sizes);
        Assert.That(sample.Error(missed), Is.GreaterThan(100 * Tolerance));
    }

    [Test]
    public void What_is_smooth_is_read_from_the_graph()
    {
        Assert.That(Kinks.Of(CellTracer.Trace(typeof(Lstm)).Step), Is.Empty);
        Assert.That(Kinks.Of(CellTracer.Trace(typeof(ElmanRelu)).Step), Is.EqualTo(new[] { "relu" }));
        var builder = new GraphBuilder();
        Value x = builder.Input("x", new TensorType(ElementType.F32, "B", "H"));
        Assert.That(Kinks.Of(builder.Build("cell", "Detached", [("y", Rnn.Softplus(x), OutputRole.Result)])), Is.Empty, "the maximum that softplus takes out is detached");
        Assert.That(Smooth.Count(), Is.InRange(CellProgram.Types.Count() / 2, CellProgram.Types.Count() - 1));
    }

    private sealed record Sample
    {
        /// <param name="conditions">With lengths, from the last step to the first, with every mask that the cell has a place for.</param>
        public Sample(Type type, bool conditions)
        {
            // Normalising three numbers with a small epsilon nearly is a step, which float32 does not follow.
            bool normalised = type.GetMethod("Step")!.GetParameters().Any(parameter => parameter.Name == "epsilon");
            CellDefinition definition = CellTracer.Trace(type, normalised ? new Dictionary<string, double> { ["epsilon"] = 0.1 } : []);
            if (conditions)
                definition = MaskTests.Masked(definition);
            var cell = new CellProgram(definition, Lengths: conditions, Reverse: conditions);
            First = cell.Build();
            Names = First.Outputs.Where(output => output.Name.StartsWith("d_", StringComparison.Ordinal)).Select(output => output.Name[2..]).ToArray();
            Second = Differentiated(First, Names);
            Sizes = cell.Sizes(steps: 3, batch: 2, units: 3);
            Data = MaskTests.Draw(definition, Second, Sizes);
            if (conditions)
                Data["lengths"] = new NdArray([2], [3, 2]);
            Wanted = Interpreter.Run(Second, Data, Sizes);
        }

        public Graph First { get; }

        public Graph Second { get; }

        public string[] Names { get; }

        public Dictionary<string, int> Sizes { get; }

        public Dictionary<string, NdArray> Data { get; }

        public Dictionary<string, NdArray> Wanted { get; }

        /// <summary>Σ v · d over all first derivatives d, differentiated again.</summary>
        /// <param name="missed">The name of a derivative whose own derivative is left out.</param>
        public static Graph Differentiated(Graph first, string[] names, string? missed = null)
        {
            var builder = new GraphBuilder();
            Value[] values = builder.Inline(first, first.Inputs.Select(port => builder.Input(port.Name, port.Type, port.Role)).ToArray());
            Value projection = names.Select(name =>
            {
                Value d = values[first.Outputs[first.OutputIndex("d_" + name)].Value];
                return Rnn.Total(builder.Input(Weight + name, d.Type) * (name == missed ? Rnn.Detach(d) : d));
            }).Aggregate((sum, term) => sum + term);
            return Differentiate.Run(builder.Build("program", first.Name, [(Projection, projection, OutputRole.Result)]), Projection, names);
        }

        /// <summary>How far a derivative of the projection along a random direction is from the difference quotient, in lengths of derivative and direction.</summary>
        public double Error(Dictionary<string, NdArray> derivative)
        {
            var random = new Random(11);
            Dictionary<string, double[]> direction = Names.ToDictionary(name => name, name => Data[name].Data.Select(_ => random.NextDouble() - 0.5).ToArray());
            double along = Names.Sum(name => derivative["d_" + name].Data.Zip(direction[name], (d, u) => d * u).Sum());
            double quotient = ((8 * (At(direction, Epsilon) - At(direction, -Epsilon))) - (At(direction, 2 * Epsilon) - At(direction, -2 * Epsilon))) / (12 * Epsilon);
            double lengths = Math.Sqrt(Names.Sum(name => derivative["d_" + name].Data.Sum(d => d * d)) * direction.Values.Sum(u => u.Sum(e => e * e)));
            return Math.Abs(along - quotient) / Math.Max(lengths, Tolerance);
        }

        private double At(Dictionary<string, double[]> direction, double distance)
        {
            var moved = new Dictionary<string, NdArray>(Data);
            foreach (string name in Names)
                moved[name] = new NdArray(Data[name].Shape, Data[name].Data.Zip(direction[name], (x, u) => x + (distance * u)).ToArray());
            Dictionary<string, NdArray> gradient = Interpreter.Run(First, moved, Sizes);
            return Names.Sum(name => gradient["d_" + name].Data.Zip(Data[Weight + name].Data, (d, v) => d * v).Sum());
        }
    }
}
