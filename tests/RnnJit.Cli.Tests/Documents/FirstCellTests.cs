using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RnnJit.Jit;

namespace RnnJit.Cli.Tests.Documents;

/// <summary>docs/first-cell.md: its code is compiled and run, and prints what the document says.</summary>
[NonParallelizable]
public class FirstCellTests
{
    [Test]
    public void The_code_runs_and_prints_what_the_document_says()
    {
        string document = Repository.Read("docs/first-cell.md");
        string code = Block(document, "csharp"), printed = Block(document, "");
        Assert.That(code.Split('\n').SkipWhile(line => !line.StartsWith("var net", StringComparison.Ordinal))
            .TakeWhile(line => line != "[RnnCell]").Count(), Is.LessThanOrEqualTo(30));

        using var folder = new TemporaryFolder();
        File.Copy(Repository.File("docs/cells/tide.csv"), folder.File("tide.csv"));
        string output = Run(code, folder.Path).ReplaceLineEndings("\n").Trim();

        // Wider vectors round sums differently, so the figures need not be these on every machine.
        Assert.That(Words(output), Is.EqualTo(Words(printed)), output);
        Assert.That(Numbers(output)[^1], Is.LessThan(0.1), output);
        Assert.That(Numbers(output).Zip(Numbers(printed), (found, said) => found / said), Has.All.InRange(0.5, 2.0), output);
    }

    private static string Words(string text) => Regex.Replace(text.Trim(), "[0-9]+\\.[0-9]+", "#");

    private static double[] Numbers(string text) => [.. Regex.Matches(text, "[0-9]+\\.[0-9]+")
        .Select(match => double.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture))];

    private static string Block(string document, string language) =>
        Regex.Matches(document.ReplaceLineEndings("\n"), "^```(\\w*)\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)
            .First(match => match.Groups[1].Value == language).Groups[2].Value;

    private static string Run(string code, string folder)
    {
        Assembly assembly = Compile(code);
        var output = new StringWriter();
        TextWriter console = Console.Out;
        string before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(output);
            assembly.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
        }

        return output.ToString();
    }

    private static Assembly Compile(string code)
    {
        // The package brings the usings of its namespaces; without its generator kernels are compiled in memory.
        const string Usings =
            "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; "
                + "global using RnnJit; global using RnnJit.Cells; global using RnnJit.Data; global using RnnJit.Networks; "
                + "global using RnnJit.Training;";
        JitKernels.Install();
        code = code.Replace("#:package RnnJit@0.1.0\n", "");
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "FirstCell", [CSharpSyntaxTree.ParseText(Usings), CSharpSyntaxTree.ParseText(code)], references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.That(result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning), Is.Empty);
        return Assembly.Load(image.ToArray());
    }
}
