using System.Runtime.CompilerServices;
using RnnJit.Emit;
using RnnJit.Ir;
using RnnJit.Text;

namespace RnnJit.Core.Tests.Emit;

/// <summary>The text of kernels in every dialect, as files beside their graphs. RNNJIT_ACCEPT=1 writes what is found; the
/// difference is then read like code.</summary>
public class GoldenKernelTests
{
    private static readonly EmitDialect[] Dialects = [SimdDialect.Instance, ScalarDialect.Instance, IlgpuDialect.Instance];

    private static string[] Names =>
        Directory.GetFiles(Folder(), "*.ir").Select(path => Path.GetFileNameWithoutExtension(path)).Order().ToArray();

    [Test]
    public void The_text_is_the_expected_one([ValueSource(nameof(Names))] string name, [Values(0, 1, 2)] int dialect) =>
        AssertText(name, Dialects[dialect]);

    [Test]
    public void The_text_over_items_is_the_expected_one() => AssertText("Adam", IlgpuDialect.Items);

    private static void AssertText(string name, EmitDialect dialect)
    {
        Graph kernel = KernelCanonical.Run(Parser.Parse(File.ReadAllText(Path.Combine(Folder(), name + ".ir"))));
        string found = KernelEmitter.Emit(kernel, dialect, name), path = Path.Combine(Folder(), $"{name}.{dialect.Name}.cs");
        if (Environment.GetEnvironmentVariable("RNNJIT_ACCEPT") == "1")
            File.WriteAllText(path, found);
        Assert.That(found, Is.EqualTo(File.Exists(path) ? File.ReadAllText(path).Replace("\r", "") : ""), "set RNNJIT_ACCEPT=1 to accept");
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Kernels");
}
