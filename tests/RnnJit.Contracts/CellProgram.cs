using System.Collections.Concurrent;
using RnnJit.Cells;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Runtime;

namespace RnnJit.Contracts;

/// <summary>Any cell over time: all sequences, all final states and, if wanted, the derivatives of a loss that reads them all.</summary>
public sealed record CellProgram(CellDefinition Cell, bool Lengths = false, bool Reverse = false, bool Backward = true)
{
    // Every symbol of the cell but the batch gets a size of its own: no two dimensions agree by chance.
    private static readonly int[] Extents = [17, 6, 5, 9, 7, 3];

    private static readonly ConcurrentDictionary<CellProgram, Graph> Built = new();

    public static IEnumerable<Type> Types =>
        typeof(Lstm).Assembly.GetTypes().Where(type => type.IsDefined(typeof(RnnCellAttribute), inherit: false));

    /// <summary>The same Program for all tests that want it, so that passes need not run for each of them.</summary>
    public Graph Build() => Built.GetOrAdd(this, cell => cell.BuildAnew());

    public Graph BuildAnew()
    {
        var builder = new GraphBuilder();
        Dictionary<string, Value> inputs = Cell.Step.Inputs.ToDictionary(
            port => port.Name,
            port => builder.Input(port.Name,
                port.Role == PortRole.Input ? port.Type.WithDims(port.Type.Dims.Prepend(Dim.Symbol("T"))) : port.Type,
                port.Role == PortRole.Parameter ? PortRole.Parameter : PortRole.Input));
        Value? lengths = Lengths ? builder.Input("lengths", new TensorType(ElementType.I32, "B")) : null;
        Value weight = builder.Input("dy", new TensorType(ElementType.F32, "T", "B", 1));
        var (finals, sequences) = CellScan.Apply(builder, Cell, inputs, "T", Reverse, lengths);
        Value loss = sequences.Values.Select(sequence => Rnn.Total(sequence * weight)).Concat(finals.Select(Rnn.Total))
            .Aggregate((sum, term) => sum + term);
        Graph program = builder.Build("program", Cell.Name,
        [
            .. finals.Select((final, i) => ($"final{i}", final, OutputRole.Result)),
            .. sequences.Select(pair => (pair.Key, pair.Value, OutputRole.Result)),
            ("loss", loss, OutputRole.Result),
        ]);
        return Backward
            ? Differentiate.Run(program, "loss", program.Inputs.Where(port => port.Type.IsReal && port.Name != "dy" && !IsZone(port))
                .Select(port => port.Name).ToArray())
            : program;
    }

    // Zoneout keeps or takes a number: its mask is 0 or 1, and has no derivative.
    private static bool IsZone(Port port) => port.Name.EndsWith("_zone", StringComparison.Ordinal);

    public Dictionary<string, int> Sizes(int steps, int batch, int? units = null)
    {
        var sizes = new Dictionary<string, int> { ["T"] = steps, ["B"] = batch };
        foreach (string symbol in Cell.Step.Symbols().Where(symbol => symbol != "B"))
            sizes[symbol] = units ?? Extents[(sizes.Count - 2) % Extents.Length];
        return sizes;
    }

    /// <summary>Numbers between −0.5 and 0.5 that float32 holds exactly; lengths from 0 to T.</summary>
    public static Dictionary<string, NdArray> Draw(Graph program, IReadOnlyDictionary<string, int> sizes)
    {
        var random = new Random(7);
        return program.Inputs.ToDictionary(port => port.Name, port =>
        {
            var array = new NdArray(port.Type.Dims.Select(dim => dim.Evaluate(sizes)).ToArray());
            for (int i = 0; i < array.Length; i++)
            {
                array.Data[i] = port.Name == "lengths" ? (i * 5) % (sizes["T"] + 1)
                    : IsZone(port) ? random.Next(2)
                    : port.Type.Element == ElementType.I32 ? random.Next(2)
                    : (float)(random.NextDouble() - 0.5);
            }

            return array;
        });
    }

    public static Executable Create(Graph program, IReadOnlyDictionary<string, int> sizes, int threads = 1,
        ElementType real = ElementType.F32, string[]? without = null,
        bool poison = false) => Executable.Create(program, new ExecutableOptions
        {
            Sizes = sizes,
            Threads = threads,
            Precision = real,
            Kernels = TestKernels.Chain,
            Without = without ?? [],
            Poison = poison
        });

    public static Dictionary<string, NdArray> Run(Executable executable, IReadOnlyDictionary<string, NdArray> data)
    {
        foreach (var (name, value) in data)
            executable.Input(name).Set(value.Data);
        executable.Run();
        return Outputs(executable);
    }

    public static Dictionary<string, NdArray> Outputs(Executable executable) =>
        executable.Program.Outputs.ToDictionary(output => output.Name, output => executable.Output(output.Name).ToNdArray());

    public static Dictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> data,
        IReadOnlyDictionary<string, int> sizes, int threads = 1)
    {
        using Executable executable = Create(program, sizes, threads);
        return Run(executable, data);
    }
}
