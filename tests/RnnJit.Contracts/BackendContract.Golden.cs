using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Contracts;

// Losses, attention and trees against the reference data of other implementations.
public abstract partial class BackendContract
{
    private static readonly string[] Families = ["loss_*.json", "attention_*.json", "tree*.json", "recursive_*.json"];

    protected static IEnumerable<string> GoldenCases
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("RNNJIT_DATA");
            string folder = Path.Combine(root ?? "", "golden", "cells");
            return string.IsNullOrEmpty(root) || !Directory.Exists(folder)
                ? ["golden"]
                : Families.SelectMany(family => Directory.GetFiles(folder, family))
                    .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
        }
    }

    [TestCaseSource(nameof(GoldenCases))]
    public void Golden_cases(string file)
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_DATA") is not { Length: > 0 } root)
        {
            Assert.Ignore(
                "RNNJIT_DATA is not set, so nothing is compared with the reference data (set it to the absolute path of their folder)");
            return;
        }

        ElementType Other(ElementType real) => real == ElementType.F32 ? ElementType.F64 : ElementType.F32;
        foreach (var (threads, real) in Subject.Runs.SelectMany(run => new[] { run, (run.Threads, Other(run.Real)) }))
        {
            var lines = new List<string>();
            string path = Path.Combine(root, "golden", "cells", file);
            GoldenSummary summary = GoldenRunner.Run([path], new Golden(Subject, threads), real, lines.Add);
            Assert.That(summary, Is.EqualTo(new GoldenSummary(1, 0, 0)), $"{real}, {threads} threads: {string.Join("\n", lines)}");
        }
    }

    private sealed class Golden(ContractBackend backend, int threads) : IGoldenBackend
    {
        public string Name => backend.Backend.Name;

        public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
        {
            ElementType real = program.Inputs.Any(port => port.Type.Element == ElementType.F64) ? ElementType.F64 : ElementType.F32;
            var sizes = SizeBinding.FromShapes(program, i => inputs[program.Inputs[i].Name].Shape);
            using Executable executable = backend.Create(program, sizes, threads, real);
            if (backend.Compiles && executable.Interpreted() is [var left, ..])
                throw new InvalidOperationException($"'{left}' is interpreted");

            // A case holds data of other Programs too.
            return CellProgram.Run(executable, program.Inputs.ToDictionary(port => port.Name, port => inputs[port.Name]));
        }
    }
}
