using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using RnnJit.Cells;

namespace RnnJit.Generators.Tests;

/// <summary>The reader and C# itself give one graph for one body of <c>Step</c>, or the reader says that it does not read it.</summary>
public class ReaderAgainstCSharpTests
{
    private const int Batches = 4, BatchSize = 60;

    // The share of bodies that must be read and not refused; else the comparison says little.
    private const double LeastRead = 0.95;

    private const string Head = "Value Step(Value x, Value h, Matrix W, Vector b)";

    private static IEnumerable<TestCaseData> Bodies =>
    [
        Body("foreach over an array that its body changes",
            "int[] a = [1, 2, 3]; int n = 0; foreach (int p in a) { a[2] = 10; n += p; } return Tanh(n * h);"),
        Body("foreach goes on over the array that it began with",
            "int[] a = [1, 2, 3]; int n = 0; foreach (int p in a) { a = [7, 8]; n += p; } return Tanh((n + a[0]) * h);"),
        Body("break in foreach",
            "Value s = h; foreach (int p in new[] { 1, 2, 3 }) { if (p == 2) break; s = s + p * x; } return W * s + b;"),
        Body("continue in foreach",
            "Value s = h; foreach (int p in new[] { 1, 2, 3 }) { if (p == 2) continue; s = s + p * x; } return W * s + b;"),
        Body("return in foreach", "foreach (int p in new[] { 1, 2, 3 }) { if (p == 2) return Tanh(p * h); } return h;"),
        Body("postfix gives the old number", "int n = 3; int m = n++ * 10 + n; return Tanh(m * h);"),
        Body("prefix gives the new number", "int n = 3; int m = ++n * 10 + n; return Tanh(m * h);"),
        Body("postfix down", "int n = 3; int m = n-- * 10 + n; return Tanh(m * h);"),
        Body("the left side of a compound assignment is read first", "int n = 5; n += n++ * 10; return Tanh(n * h);"),
        Body("the index of a compound assignment is computed once",
            "int n = 0; int[] a = [1, 2, 3]; a[n++] += n; return Tanh((a[0] + 10 * a[1] + 100 * n) * h);"),
        Body("compound assignment of values", "Value s = h; s -= (s = x) * 2; return W * s + b;"),
        Body("NaN is less than nothing",
            "double n = 0; n = n / n; return n < 1 ? Tanh(h) : n > 1 ? Exp(h) : n == n ? -h : n != n ? W * h : x;"),
        Body("NaN is at most nothing", "double n = 0; n = n / n; return n <= 1 ? Tanh(h) : n >= 1 ? Exp(h) : Sigmoid(h);"),
        Body("NaN in float", "float n = 0; n = n / n; return n < 1 ? Tanh(h) : n >= 1 ? Exp(h) : n == n ? -h : Sigmoid(h);"),
        Body("named arguments are computed in the order of the text",
            "int F(int a, int b) => a * 10 + b; int n = 1; return Tanh(F(b: n++, a: n++) * h);"),
        Body("a tuple is computed before it is taken apart",
            "int m = 1, n = 2; (m, n) = (n, m); int[] a = [5, 6]; (a[0], a[1], m) = (a[1], a[0], n); return Tanh((a[0] + 10 * a[1] + 100 "
                + "* m) * h);"),
        Body("&& and || compute the right side only where it decides",
            "int n = 0; bool q = n++ > 0 && n++ > 0; q = q | (n++ > 0 || n++ > 0); return Tanh(n * (q ? 2 : 3) * h);"),
        Body("& and | compute both sides", "int n = 0; bool q = n++ > 0 & n++ > 0 | n++ > 5; return Tanh((q ? 2 : n) * h);"),
        Body("a local function sees the locals around it",
            "int n = 1; int F() { n *= 3; return n; } int m = F() + F(); return Tanh((m + n) * h);"),
        Body("division and remainder round towards zero", "int n = -7; return Tanh((10 * (n / 2) + n % 2) * h);"),
        Body("float rounds after each operation", "float p = 16777216f; p += 1; p -= 16777216f; return Tanh((p + 0.1f) * h);"),
        Body("int wraps around where it is unchecked", "int n = int.MaxValue; unchecked { n += 2; } return n < 0 ? Tanh(h) : Exp(h);"),
    ];

    [TestCaseSource(nameof(Bodies))]
    public void The_reader_reads_what_CSharp_runs(string body)
    {
        (string? read,
            string traced) = BothDoors([$"[RnnCell] public static partial class C {{ public static {Head} {{ {body} }} }}"])["C"];
        Assert.That(read, Is.EqualTo(traced));
    }

    [Test]
    public void Random_bodies_are_read_as_CSharp_runs_them([Range(0, Batches - 1)] int batch)
    {
        int[] seeds = [.. Enumerable.Range(batch * BatchSize, BatchSize)];
        TestContext.Out.WriteLine($"Seeds {seeds[0]} to {seeds[^1]}");
        Dictionary<string, (string? Read, string Traced)> cells = BothDoors([.. seeds.Select(seed => RandomSteps.Class("C" + seed, seed))]);
        foreach (int seed in seeds)
        {
            var (read, traced) = cells["C" + seed];
            if (read is not null)
                Assert.That(read, Is.EqualTo(traced), () => $"seed {seed}:\n{RandomSteps.Class("C" + seed, seed)}");
        }

        Assert.That(cells.Values.Count(cell => cell.Read is not null), Is.AtLeast(LeastRead * BatchSize));
    }

    private static TestCaseData Body(string name, string body) => new TestCaseData(body).SetArgDisplayNames(name);

    // What the generator wrote, null where it left the cell to the runtime, and what calling Step gives.
    private static Dictionary<string, (string? Read, string Traced)> BothDoors(string[] classes)
    {
        Source source = Source.Marked(string.Join("\n", classes));
        var (_, completed, _) = source.Run();
        using var stream = new MemoryStream();
        var options = ((Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions)completed.Options).WithOverflowChecks(false)
            .WithGeneralDiagnosticOption(ReportDiagnostic.Default);
        var emitted = completed.WithOptions(options).Emit(stream);
        Assert.That(emitted.Success,
            string.Join("\n", emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(5)));
        stream.Position = 0;
        var context = new AssemblyLoadContext(null, isCollectible: true);
        try
        {
            return context.LoadFromStream(stream).GetTypes().Where(type => type.IsDefined(typeof(RnnCellAttribute))).ToDictionary(
                type => type.Name,
                type => ((string?)type.GetProperty("CanonicalText", BindingFlags.Public | BindingFlags.Static)?.GetValue(null),
                    CellTracer.Trace(type).ToString()));
        }
        finally
        {
            context.Unload();
        }
    }
}
