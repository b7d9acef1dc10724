using RnnJit.Cells;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Jit;
using RnnJit.Kernels;
using RnnJit.Networks;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Runtime;
using RnnJit.Text;
using RnnJit.Training;

namespace RnnJit.Jit.Tests.Kernels;

/// <summary>No built-in cell needs a compiler at run time, alone or in a network, and compiled kernels give the same bits.</summary>
public class GeneratedKernelTests
{
    private static readonly RegistryKernelProvider Generated = new();

    private static IEnumerable<Type> Cells =>
        typeof(Lstm).Assembly.GetTypes().Where(type => type.IsDefined(typeof(RnnCellAttribute), false));

    // A layer of a network reads x of any size and has one size of its own, H.
    private static IEnumerable<Type> LayerCells => Cells.Where(type =>
    {
        CellDefinition cell = CellRegistry.Find(type);
        Port[] given = [.. cell.StepInputs, .. cell.SequenceInputs];
        return given is [{ Type.IsReal: true } x] && x.Type.Dims[^1] == Dim.Symbol("X")
            && cell.Step.Symbols().All(symbol => symbol is "B" or "H" or "X");
    });

    [Test]
    public void Every_kernel_of_a_layer_is_generated([ValueSource(nameof(Cells))] Type type, [Values] bool reverse, [Values] bool lengths)
    {
        foreach (Graph program in Layer(CellRegistry.Find(type), reverse, lengths))
            Assert.That(Missing(program), Is.Empty);
    }

    [Test]
    public void Every_kernel_of_a_character_model_is_generated([ValueSource(nameof(LayerCells))] Type type, [Values(1, 2, 3)] int layers,
        [Values(0, 0.25)] double dropout)
    {
        Graph network = CharacterNetwork.Build(CellRegistry.Find(type), 30, layers, 16, 8, dropout).Build();
        Assert.That(Missing(TrainingProgram.Of(network)), Is.Empty);
        foreach (string result in new[] { "y", "losses" })
            Assert.That(Missing(ProgramSlice.Run(network, output => output.Role == OutputRole.Next || output.Name == result, masks: false)),
                Is.Empty);
    }

    [Test]
    public void Every_kernel_of_the_usual_optimisers_is_generated()
    {
        foreach (Optimiser optimiser in new Optimiser[]
        {
            new Adam(), new Adam { Decoupled = true, WeightDecay = 0.1 }, new Sgd(), new Sgd { Momentum = 0.9 }, new RmsProp(),
            new Adagrad(), new Adadelta()
        })
            Assert.That(Missing(TrainingStep.Kernels(optimiser)), Is.Empty, optimiser.Name);
    }

    [Test]
    public void A_network_needs_no_compiler()
    {
        Graph network = CharacterNetwork.Build(CellRegistry.Find(typeof(Gru)), 30, 2, 16, 8, 0.25).Build();
        var sizes = new Dictionary<string, int> { ["T"] = 3, ["B"] = 2, ["H"] = 16, ["E"] = 8, ["V"] = 30 };
        using Executable executable = Executable.Create(TrainingProgram.Of(network),
            new ExecutableOptions { Sizes = sizes, Threads = 1, Kernels = new KernelChain(Generated) });
        Assert.That(() => executable.Run(), Throws.Nothing);
    }

    [Test]
    public void The_kernel_of_another_cell_is_not_found()
    {
        var builder = new GraphBuilder();
        Value h = builder.Input("h", new TensorType(ElementType.F32, "B", "H"), PortRole.State);
        var cell = new CellDefinition(builder.Build("cell", "Odd", [("h", Rnn.Exp(Rnn.Tanh(h) - 0.75), OutputRole.Next)]));
        Assert.That(StandardPrograms.Of(cell).SelectMany(pair => Missing(pair.Program)), Is.Not.Empty);
    }

    [Test]
    public void Generated_kernels_give_the_bits_of_compiled_ones([ValueSource(nameof(Cells))] Type type,
        [Values(ElementType.F32, ElementType.F64)] ElementType real, [Values] bool backwardsWithLengths)
    {
        Graph program = Layer(CellRegistry.Find(type), reverse: backwardsWithLengths, lengths: backwardsWithLengths).Last();
        Dictionary<string, NdArray> generated = Run(program, real, Generated), compiled = Run(program, real, JitKernelProvider.Simd);
        foreach (var (name, tensor) in generated)
            Assert.That(tensor.Data, Is.EqualTo(compiled[name].Data), name);
        Assert.That(generated.Values.SelectMany(tensor => tensor.Data), Has.Some.Not.Zero);
    }

    private static Dictionary<string, NdArray> Run(Graph program, ElementType real, IKernelProvider provider)
    {
        var sizes =
            program.Symbols().ToDictionary(symbol => symbol, symbol => symbol switch { "T" => 4, "B" => 3, "H" => 19, "X" => 5, _ => 11 });
        using Executable executable = Executable.Create(program,
            new ExecutableOptions { Sizes = sizes, Threads = 1, Precision = real, Kernels = new KernelChain(provider) });
        var random = new Random(1);
        foreach (Port port in executable.Program.Inputs)
            executable.Input(port.Name).Set(Enumerable.Range(0, executable.Input(port.Name).Length).Select(i => port.Type.IsReal
                ? (double)(float)(random.NextDouble() - 0.5)
                : port.Name == "lengths" ? 4 - (2 * i) : random.Next(11)).ToArray());
        executable.Run();
        return executable.Program.Outputs.ToDictionary(output => output.Name, output => executable.Output(output.Name).ToNdArray());
    }

    // Inference, training of the parameters, training with all gradients from all outputs.
    private static IEnumerable<Graph> Layer(CellDefinition cell, bool reverse, bool lengths)
    {
        var builder = new GraphBuilder();
        Dictionary<string, Value> inputs = cell.Step.Inputs.ToDictionary(
            port => port.Name, port => builder.Input(port.Name,
                port.Role == PortRole.Input ? port.Type.WithDims(port.Type.Dims.Prepend("T")) : port.Type, port.Role));
        Value? rows = lengths ? builder.Input("lengths", new TensorType(ElementType.I32, "B")) : null;
        var (finals, sequences) = CellScan.Apply(builder, cell, inputs, "T", reverse, rows);
        Value y = sequences[cell.LayerOutput.Name];
        Value loss = Rnn.Total(y * builder.Input("dy", y.Type)) + Rnn.Total(finals[0] * builder.Input("dh", finals[0].Type));
        Graph forward = builder.Build("program", cell.Name,
            [("y", y, OutputRole.Result), .. cell.States.Select((port, s) => ("final_" + port.Name, finals[s], OutputRole.Next))]);
        Graph trained = builder.Build("program", cell.Name, [("y", y, OutputRole.Result), ("loss", loss, OutputRole.Result)]);
        yield return ProgramSlice.Run(forward, _ => true, masks: true);
        yield return Differentiate.Run(trained, "loss", [.. cell.Parameters.Select(port => port.Name)]);
        yield return Differentiate.Run(trained, "loss", [.. cell.Step.Inputs.Where(port => port.Type.IsReal).Select(port => port.Name)]);
    }

    private static string[] Missing(Graph program) => KernelList.Of(Pipeline.Run(program))
        .Where(kernel => Generated.Find(kernel, ElementType.F32) is null).Select(Printer.Print).ToArray();
}
