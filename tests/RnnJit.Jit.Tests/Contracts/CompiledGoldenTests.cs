using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Kernels;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Jit.Tests.Contracts;

/// <summary>Compiled losses, attention and trees against the reference data, without an op that is interpreted.</summary>
public class CompiledGoldenTests
{
    private static readonly string[] Families = ["loss_*.json", "attention_*.json", "tree*.json", "recursive_*.json"];

    private static IEnumerable<string> Cases
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("RNNJIT_DATA");
            string folder = Path.Combine(root ?? "", "golden", "cells");
            return string.IsNullOrEmpty(root) || !Directory.Exists(folder)
                ? ["golden"]
                : Families.SelectMany(family => Directory.GetFiles(folder, family)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Compiled_programs_agree(string file)
    {
        if (Environment.GetEnvironmentVariable("RNNJIT_DATA") is not { Length: > 0 } root)
        {
            Assert.Ignore("RNNJIT_DATA is not set, so nothing is compared with the reference data (set it to the absolute path of their folder)");
            return;
        }

        foreach (Device backend in new[] { Device.Cpu, Device.Scalar })
        {
            foreach (ElementType real in new[] { ElementType.F32, ElementType.F64 })
            {
                foreach (int threads in new[] { 1, 2 })
                {
                    var lines = new List<string>();
                    GoldenSummary summary = GoldenRunner.Run([Path.Combine(root, "golden", "cells", file)], new Compiled(backend, threads), real, lines.Add);
                    Assert.That(summary, Is.EqualTo(new GoldenSummary(1, 0, 0)), $"{backend} {real} {threads} threads: {string.Join("\n", lines)}");
                }
            }
        }
    }

    private sealed class Compiled(Device backend, int threads) : IGoldenBackend
    {
        public string Name => "compiled";

        public IReadOnlyDictionary<string, NdArray> Run(Graph program, IReadOnlyDictionary<string, NdArray> inputs)
        {
            using Executable executable = Executable.Create(program, new ExecutableOptions
            {
                Device = backend,
                Threads = threads,
                Precision = program.Inputs.Any(port => port.Type.Element == ElementType.F64) ? ElementType.F64 : ElementType.F32,
                Sizes = SizeBinding.FromShapes(program, i => inputs[program.Inputs[i].Name].Shape),
                Kernels = backend == Device.Scalar ? new KernelChain(JitKernelProvider.Checked, new InterpretedKernelProvider()) : Runtime.TestKernels.Chain,
            });
            if (executable.Plan.FirstOrDefault(line => (line.Text + line.Provider).Contains("interpreted", StringComparison.Ordinal)) is { } line)
                throw new InvalidOperationException($"'{line.Text}' is interpreted");
            foreach (Port port in program.Inputs)
                executable.Input(port.Name).Set(inputs[port.Name].Data);
            executable.Run();
            return program.Outputs.ToDictionary(output => output.Name, output => executable.Output(output.Name).ToNdArray());
        }
    }
}
