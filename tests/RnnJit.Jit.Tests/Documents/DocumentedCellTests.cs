using RnnJit.Cells;
using RnnJit.Interpretation;
using RnnJit.Ir;
using RnnJit.Jit.Tests.Runtime;
using RnnJit.Passes;
using RnnJit.Runtime;
using RnnJit.Verification;

namespace RnnJit.Jit.Tests.Documents;

/// <summary>The cells of the documents compile as they stand there and are right.</summary>
public class DocumentedCellTests
{
    private static readonly Dictionary<string, int> Sizes = new() { ["T"] = 4, ["B"] = 3, ["X"] = 5, ["H"] = 6 };

    private static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Repository.Path("docs/cells"), "*.cs").Select(Path.GetFileName).Order()!;

    [TestCaseSource(nameof(Files))]
    public void Gradients_agree_with_differences(string file)
    {
        Graph program = CellProgram.Of(Load(file));
        GradientReport report = GradientCheck.Run(program, "loss", CellProgram.Trained(program), CellProgram.Draw(program, Sizes), Sizes);
        Assert.That(report.Passed, report.ToString());
    }

    // The bound of docs/architecture.md for float32 kernels and up to 64 steps.
    [TestCaseSource(nameof(Files))]
    public void Kernels_agree_with_the_oracle(string file)
    {
        Graph program = CellProgram.Of(Load(file)), training = Differentiate.Run(program, "loss", CellProgram.Trained(program));
        Dictionary<string, NdArray> data = CellProgram.Draw(training, Sizes), wanted = Interpreter.Run(training, data, Sizes);
        using Executable executable =
            Executable.Create(training, new ExecutableOptions { Sizes = Sizes, Threads = 2, Kernels = TestKernels.Chain });
        foreach (var (name, value) in data)
            executable.Input(name).Set(value.Data);
        executable.Run();
        foreach (var (name, value) in wanted)
            Assert.That(Bits.Distance(executable.Output(name).ToNdArray(), value), Is.LessThan(1e-5), name);
    }

    [TestCase("src/RnnJit/Cells/Lstm.cs", "docs/cells.md")]
    [TestCase("docs/cells/FastSlow.cs", "README.md")]
    public void A_document_shows_a_cell_as_it_is_compiled(string file, string document)
    {
        string source = Repository.Read(file);
        string cell = source[source.IndexOf("[RnnCell]", StringComparison.Ordinal)..].TrimEnd();
        Assert.That(Repository.Read(document), Does.Contain("```csharp\n" + cell + "\n```"));
    }

    private static CellDefinition Load(string file)
    {
        CellFile read = CellFile.Read(Repository.Path("docs/cells/" + file));
        Assert.That(read.Warnings, Is.Empty);
        return read.Cells.Single();
    }
}
