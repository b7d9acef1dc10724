using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RnnJit.Cells;
using RnnJit.Emit;
using RnnJit.Generators;
using RnnJit.Ir;
using RnnJit.Passes;
using RnnJit.Planning;
using RnnJit.Plans;

namespace RnnJit.Bench.Passes;

/// <summary>
/// Passes up to kernel texts of a step that repeats its equations, and the same in a build. The cell is read anew each time, for what a
/// stage made of a graph is remembered.
/// </summary>
[Config(typeof(Rarely))]
public class LongStepBench
{
    private CSharpCompilation compilation = null!;
    private Graph? optimised;

    [Params("line", "gru")]
    public string Cell { get; set; } = "";

    [Params(16, 100, 300, 1000)]
    public int Times { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using Stream stream = typeof(LongStepBench).Assembly.GetManifestResourceStream(Type.Name + ".cs")!;
        using var reader = new StreamReader(stream);
        string text = reader.ReadToEnd().Replace("int times = 1", $"int times = {Times}");
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "RnnJit.Bench.dll").Select(path => MetadataReference.CreateFromFile(path));
        compilation = CSharpCompilation.Create("Long", [CSharpSyntaxTree.ParseText(text)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    }

    [Benchmark]
    public int Inference() => Compile("inference");

    [Benchmark]
    public int Training() => Compile("training");

    /// <summary>Bufferization of the optimised training Program, sizes T 50, B 32 and 256 units: from the graph to
    /// commands, buffers and their places.</summary>
    [Benchmark]
    public long Planning()
    {
        optimised ??= Pipeline.Run(Program("training"));
        var sizes = optimised.Symbols().ToDictionary(symbol => symbol, symbol => symbol switch { "T" => 50, "B" => 32, _ => 256 });
        var target = new TargetTraits { PackedElements = (n, k, _, _) => (n + 15) / 16 * 16L * k, PanelWidth = _ => 16 };
        return MemoryPlan.Of(Plan.Of(optimised, new PlanOptions(sizes, ElementType.F32), target)).Bytes;
    }

    /// <summary>All Programs whose kernels are compiled at build time: inference, training from all outputs and from the final state, and
    /// of a first layer where that is another Program.</summary>
    [Benchmark]
    public int Build()
    {
        GeneratorRunResult result = CSharpGeneratorDriver.Create(new CellGenerator()).RunGenerators(compilation).GetRunResult().Results[0];
        if (result.Exception is not null || result.Diagnostics.Length > 0 || result.GeneratedSources.Length < 3)
            throw new InvalidOperationException($"The generator wrote {result.GeneratedSources.Length} files", result.Exception);
        return result.GeneratedSources.Sum(source => source.SourceText.Length);
    }

    private Type Type => Cell == "gru" ? typeof(LongGru) : typeof(LongLine);

    private Graph Program(string name)
    {
        CellDefinition cell = CellTracer.Trace(Type, new Dictionary<string, double> { ["times"] = Times });
        return StandardPrograms.Of(cell).First(program => program.Name == name).Program;
    }

    private int Compile(string name) =>
        KernelList.Of(Pipeline.Run(Program(name)))
            .Sum(kernel => KernelEmitter.Emit(KernelCanonical.Run(kernel), SimdDialect.Instance, "Kernel").Length);

    // Seconds need no thousand repetitions.
    private sealed class Rarely : ManualConfig
    {
        public Rarely() => AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(1).WithIterationCount(3)
            .WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromHours(1), logOutput: false)));
    }
}
